(using_statement (identifier) @import.source) @import
(import_statement (identifier) @import.source) @import
(using_statement (selected_import . [(identifier) (scoped_identifier) (import_path)] @import.source (identifier) @import.name)) @import
(import_statement (selected_import . [(identifier) (scoped_identifier) (import_path)] @import.source (identifier) @import.name)) @import
(import_statement (import_alias . (_) @import.source (identifier) @import.alias .)) @import
((call_expression (identifier) @_include (argument_list (string_literal (content) @import.source))) @import (#eq? @_include "include"))

(type_head (binary_expression (operator) . (identifier) @reference.inherit))
(type_head (binary_expression (operator) . (parametrized_type_expression . (identifier) @reference.inherit)))
(call_expression . (field_expression value: (identifier) @qualifier (identifier) @reference.call .))
(call_expression . (field_expression (identifier) @reference.call .))
(call_expression . (identifier) @reference.call)
(call_expression . (parametrized_type_expression . (identifier) @reference.call))
(broadcast_call_expression . (identifier) @reference.call)
(macro_identifier (identifier) @reference.call)
(typed_expression (_) (identifier) @reference.type .)
(typed_expression (_) (parametrized_type_expression . (identifier) @reference.type) .)
(curly_expression (identifier) @reference.type)
(curly_expression (binary_expression (identifier) @reference.type .))
(assignment . (identifier) @reference.write)
(assignment . (field_expression (identifier) @reference.write .))
(field_expression value: (identifier) @qualifier (identifier) @reference.read .)
(identifier) @reference.read
