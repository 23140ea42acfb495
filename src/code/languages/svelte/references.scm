((attribute (attribute_name) @_name (quoted_attribute_value (attribute_value) @reference.type)) (#eq? @_name "class"))
((tag_name) @reference.call (#match? @reference.call "^[A-Z]"))
