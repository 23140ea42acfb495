((variable_declaration "const" . (identifier) @import.alias (builtin_function (builtin_identifier) @_import (arguments (string (string_content) @import.source)))) @import
  (#any-of? @_import "@import" "@cImport"))
((variable_declaration "const" . (identifier) @import.alias (field_expression object: (builtin_function (builtin_identifier) @_import (arguments (string (string_content) @import.source))) member: (identifier) @import.name)) @import
  (#eq? @_import "@import"))

(call_expression function: (identifier) @reference.call)
(call_expression function: (field_expression object: (identifier) @qualifier member: (identifier) @reference.call))
(call_expression function: (field_expression object: (field_expression member: (identifier) @qualifier) member: (identifier) @reference.call))
(call_expression function: (field_expression member: (identifier) @reference.call))
(builtin_identifier) @reference.call
(parameter type: (identifier) @reference.type)
(pointer_type (identifier) @reference.type)
(nullable_type (identifier) @reference.type)
(slice_type (identifier) @reference.type)
(array_type (identifier) @reference.type .)
(error_union_type (identifier) @reference.type)
(function_declaration type: (identifier) @reference.type)
(container_field type: (identifier) @reference.type)
(variable_declaration type: (identifier) @reference.type)
(struct_initializer . (identifier) @reference.type)
(assignment_expression left: (field_expression object: (identifier) @qualifier member: (identifier) @reference.write))
(assignment_expression left: (identifier) @reference.write)
(field_expression object: (identifier) @qualifier member: (identifier) @reference.read)
(identifier) @reference.read
