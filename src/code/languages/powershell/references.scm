((command command_name: (command_name) @_import command_elements: (command_elements (generic_token) @import.source)) @import
  (#any-of? @_import "Import-Module" "ipmo"))
((command command_name: (command_name) @_using command_elements: (command_elements (generic_token) . (command_argument_sep) . (generic_token) @import.source)) @import
  (#eq? @_using "using"))
((command (command_invokation_operator) @_dot command_name: (command_name_expr (command_name) @import.source)) @import
  (#eq? @_dot "."))

(class_statement . (simple_name) . (simple_name) @reference.inherit)
(command command_name: (command_name) @reference.call)
(invokation_expression [(variable) @qualifier (type_literal (type_spec (type_name (type_identifier) @qualifier)))] (member_name (simple_name) @reference.call))
(invokation_expression (member_name (simple_name) @reference.call))
(left_assignment_expression (logical_expression (bitwise_expression (comparison_expression (additive_expression (multiplicative_expression (format_expression (range_expression (array_literal_expression (unary_expression (variable) @reference.write))))))))))
(member_access (variable) @qualifier (member_name (simple_name) @reference.read))
(member_name (simple_name) @reference.read)
(type_identifier) @reference.type
(attribute_name) @reference.type
(variable) @reference.read
