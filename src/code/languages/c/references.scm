(call_expression function: (identifier) @reference.call)
(call_expression function: (field_expression argument: (identifier) @qualifier field: (field_identifier) @reference.call))
(call_expression function: (field_expression field: (field_identifier) @reference.call))
(preproc_include path: (_) @import.source) @import
(assignment_expression left: (identifier) @reference.write)
(assignment_expression left: (field_expression field: (field_identifier) @reference.write))
(update_expression argument: (identifier) @reference.write)
(type_identifier) @reference.type
[(identifier) (field_identifier)] @reference.read
