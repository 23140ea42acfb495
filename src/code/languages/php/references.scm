(namespace_use_declaration (namespace_use_clause . [(qualified_name (name) @import.alias) (name) @import.alias] @import.source alias: (name)? @import.alias)) @import
(namespace_use_declaration (namespace_name) @import.source body: (namespace_use_group (namespace_use_clause (name) @import.name))) @import
[(include_expression (string) @import.source) (include_once_expression (string) @import.source) (require_expression (string) @import.source) (require_once_expression (string) @import.source)] @import
(base_clause [(name) @reference.inherit (qualified_name (name) @reference.inherit)])
(class_interface_clause [(name) @reference.inherit (qualified_name (name) @reference.inherit)])
(use_declaration [(name) @reference.inherit (qualified_name (name) @reference.inherit)])
(function_call_expression function: [(name) @reference.call (qualified_name (name) @reference.call)])
(scoped_call_expression scope: [(name) @qualifier (relative_scope) @qualifier] name: (name) @reference.call)
(member_call_expression object: [(variable_name (name) @qualifier) (member_access_expression name: (name) @qualifier)] name: (name) @reference.call)
(member_call_expression name: (name) @reference.call)
(nullsafe_member_call_expression name: (name) @reference.call)
(object_creation_expression [(name) @reference.call (qualified_name (name) @reference.call)])
(named_type [(name) @reference.type (qualified_name (name) @reference.type)])
(attribute [(name) @reference.type (qualified_name (name) @reference.type)])
(class_constant_access_expression . (name) @reference.type)
(assignment_expression left: [(variable_name (name) @reference.write) (member_access_expression name: (name) @reference.write)])
(member_access_expression object: (variable_name (name) @qualifier) name: (name) @reference.read)
(name) @reference.read
