(import_directive import_name: (identifier) @import.name . alias: (identifier) @import.alias source: (string) @import.source) @import
(import_directive import_name: (identifier) @import.name . ["," "}"] source: (string) @import.source) @import
(import_directive !import_name alias: (identifier) @import.alias source: (string) @import.source) @import
(import_directive !import_name !alias source: (string) @import.source) @import
(import_directive import_name: (identifier) @reference.import)

(inheritance_specifier ancestor: (user_defined_type (identifier) @reference.inherit .))
(using_directive (type_alias (identifier) @reference.type))
(call_expression function: (expression (identifier) @reference.call))
(call_expression function: (expression (member_expression object: (identifier) @qualifier property: (identifier) @reference.call)))
(call_expression function: (expression (member_expression property: (identifier) @reference.call)))
(emit_statement name: (expression (identifier) @reference.call))
(revert_statement error: (expression (identifier) @reference.call))
(modifier_invocation (identifier) @reference.call)
(new_expression name: (type_name (user_defined_type (identifier) @reference.call .)))
(user_defined_type (identifier) @reference.type)
(assignment_expression left: (expression (identifier) @reference.write))
(augmented_assignment_expression left: (expression (identifier) @reference.write))
(assignment_expression left: (expression (member_expression property: (identifier) @reference.write)))
(member_expression object: (identifier) @qualifier property: (identifier) @reference.read)
(identifier) @reference.read
