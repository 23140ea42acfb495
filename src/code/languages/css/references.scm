(import_statement (string_value) @import.source) @import

((call_expression (function_name) @_var (arguments . (plain_value) @reference.read)) (#eq? @_var "var"))
(call_expression (function_name) @reference.call)
((declaration (property_name) @_property (plain_value) @reference.read) (#any-of? @_property "animation" "animation-name"))
(class_name (identifier) @reference.type)
(id_name) @reference.type
