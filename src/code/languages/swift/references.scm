(import_declaration (identifier) @import.source) @import
(import_declaration (identifier (simple_identifier) @reference.import .))

(inheritance_specifier inherits_from: (user_type (type_identifier) @reference.inherit .))
(inheritance_specifier inherits_from: (user_type (type_identifier) @reference.inherit . (type_arguments) .))
(attribute (user_type (type_identifier) @reference.call .))

(call_expression . (simple_identifier) @reference.call)
(call_expression . (navigation_expression target: (simple_identifier) @qualifier suffix: (navigation_suffix suffix: (simple_identifier) @reference.call)))
(call_expression . (navigation_expression
  target: (navigation_expression suffix: (navigation_suffix suffix: (simple_identifier) @qualifier))
  suffix: (navigation_suffix suffix: (simple_identifier) @reference.call)))
(call_expression . (navigation_expression suffix: (navigation_suffix suffix: (simple_identifier) @reference.call)))
(call_expression . (prefix_expression operation: "." target: (simple_identifier) @reference.call))
(constructor_expression (user_type (type_identifier) @reference.call))
(directly_assignable_expression (simple_identifier) @reference.write)
(directly_assignable_expression (navigation_expression suffix: (navigation_suffix suffix: (simple_identifier) @reference.write)))
(navigation_expression target: (simple_identifier) @qualifier suffix: (navigation_suffix suffix: (simple_identifier) @reference.read))
(type_identifier) @reference.type
(simple_identifier) @reference.read
