(preproc_include path: (_) @import.source) @import
(module_import path: (_) @import.source) @import

(class_interface superclass: (identifier) @reference.inherit)
(class_interface (parameterized_arguments (type_name (type_identifier) @reference.inherit)))
(protocol_reference_list (identifier) @reference.inherit)

(message_expression receiver: (identifier) @qualifier method: (identifier) @reference.call)
(message_expression receiver: (field_expression field: (field_identifier) @qualifier) method: (identifier) @reference.call)
(message_expression method: (identifier) @reference.call)
(call_expression function: (identifier) @reference.call)
(call_expression function: (field_expression field: (field_identifier) @reference.call))
(selector_expression (identifier) @reference.read)
(assignment_expression left: (identifier) @reference.write)
(assignment_expression left: (field_expression argument: (identifier) @qualifier field: (field_identifier) @reference.write))
(field_expression argument: (identifier) @qualifier field: (field_identifier) @reference.read)
(type_identifier) @reference.type
(field_identifier) @reference.read
(identifier) @reference.read
