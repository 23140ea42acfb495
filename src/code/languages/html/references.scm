((start_tag (tag_name) @_tag (attribute (attribute_name) @_source (quoted_attribute_value (attribute_value) @import.source))) @import
  (#any-of? @_tag "script" "link" "iframe") (#any-of? @_source "src" "href"))

((attribute (attribute_name) @_name (quoted_attribute_value (attribute_value) @reference.type)) (#eq? @_name "class"))
((attribute (attribute_name) @_name (quoted_attribute_value (attribute_value) @reference.read)) (#any-of? @_name "for" "aria-labelledby" "aria-controls"))
((start_tag (tag_name) @reference.type) (#match? @reference.type "-"))
((self_closing_tag (tag_name) @reference.type) (#match? @reference.type "-"))
