(import_spec name: [(package_identifier) (dot) (blank_identifier)] @import.alias path: (_) @import.source) @import
(import_spec !name path: (_) @import.source) @import
(call_expression function: [
  (identifier) @reference.call
  (selector_expression operand: (identifier) @qualifier field: (field_identifier) @reference.call)
  (selector_expression operand: (selector_expression field: (field_identifier) @qualifier) field: (field_identifier) @reference.call)
  (selector_expression field: (field_identifier) @reference.call)
  (parenthesized_expression (identifier) @reference.call)
])
(field_declaration !name type: (type_identifier) @reference.inherit)
(qualified_type package: (package_identifier) @qualifier name: (type_identifier) @reference.type)
(type_identifier) @reference.type
(assignment_statement left: (expression_list [
  (identifier) @reference.write
  (selector_expression operand: (identifier) @qualifier field: (field_identifier) @reference.write)
]))
(inc_statement (identifier) @reference.write)
(dec_statement (identifier) @reference.write)
(selector_expression operand: (identifier) @qualifier field: (field_identifier) @reference.read)
[(identifier) (field_identifier) (package_identifier)] @reference.read
