; What a page links to or shows as a heading.
([(start_tag (attribute (attribute_name) @_id (quoted_attribute_value (attribute_value) @name)))
  (self_closing_tag (attribute (attribute_name) @_id (quoted_attribute_value (attribute_value) @name)))] @definition.key
  (#eq? @_id "id"))
((element (start_tag (tag_name) @_tag) . (text) @name) @definition.section
  (#any-of? @_tag "title" "h1" "h2" "h3"))
