(using_directive name: (identifier) @import.alias (_) @import.source .) @import
(using_directive !name [(qualified_name) (identifier)] @import.source .) @import
(base_list [(identifier) @reference.inherit (generic_name (identifier) @reference.inherit) (qualified_name name: (identifier) @reference.inherit)])
(invocation_expression function: [
  (identifier) @reference.call
  (generic_name (identifier) @reference.call)
  (member_access_expression expression: [(identifier) @qualifier (member_access_expression name: (identifier) @qualifier) "this" @qualifier] name: [(identifier) @reference.call (generic_name (identifier) @reference.call)])
  (member_access_expression name: [(identifier) @reference.call (generic_name (identifier) @reference.call)])
  (conditional_access_expression (member_binding_expression name: (identifier) @reference.call))
])
(object_creation_expression type: [(identifier) @reference.call (generic_name (identifier) @reference.call) (qualified_name name: (identifier) @reference.call)])
(attribute name: (identifier) @reference.type)
(assignment_expression left: [(identifier) @reference.write (member_access_expression name: (identifier) @reference.write)])
(variable_declaration type: [(identifier) @reference.type (generic_name (identifier) @reference.type) (nullable_type (identifier) @reference.type) (array_type (identifier) @reference.type)])
(parameter type: [(identifier) @reference.type (generic_name (identifier) @reference.type) (nullable_type (identifier) @reference.type) (array_type (identifier) @reference.type)])
(method_declaration returns: [(identifier) @reference.type (generic_name (identifier) @reference.type) (nullable_type (identifier) @reference.type)])
(property_declaration type: [(identifier) @reference.type (generic_name (identifier) @reference.type) (nullable_type (identifier) @reference.type)])
(type_argument_list [(identifier) @reference.type (generic_name (identifier) @reference.type)])
(cast_expression type: (identifier) @reference.type)
(member_access_expression expression: (identifier) @qualifier name: (identifier) @reference.read)
(identifier) @reference.read
