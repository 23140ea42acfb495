((variable_declaration (assignment_statement
   (variable_list . name: (identifier) @import.alias)
   (expression_list . value: (function_call name: (identifier) @_require arguments: (arguments . (string content: (string_content) @import.source)))))) @import
  (#eq? @_require "require"))
((variable_declaration (assignment_statement
   (variable_list . name: (identifier) @import.alias)
   (expression_list . value: (dot_index_expression
     table: (function_call name: (identifier) @_require arguments: (arguments . (string content: (string_content) @import.source)))
     field: (identifier) @import.name)))) @import
  (#eq? @_require "require"))
(chunk (function_call name: (identifier) @_require arguments: (arguments . (string content: (string_content) @import.source))) @import
  (#any-of? @_require "require" "dofile" "loadfile"))

(function_call name: (identifier) @reference.call)
(function_call name: (dot_index_expression table: (identifier) @qualifier field: (identifier) @reference.call))
(function_call name: (dot_index_expression table: (dot_index_expression field: (identifier) @qualifier) field: (identifier) @reference.call))
(function_call name: (dot_index_expression field: (identifier) @reference.call))
(function_call name: (method_index_expression table: (identifier) @qualifier method: (identifier) @reference.call))
(function_call name: (method_index_expression table: (dot_index_expression field: (identifier) @qualifier) method: (identifier) @reference.call))
(function_call name: (method_index_expression method: (identifier) @reference.call))
(variable_list name: (identifier) @reference.write)
(variable_list name: (dot_index_expression table: (identifier) @qualifier field: (identifier) @reference.write))
(dot_index_expression table: (identifier) @qualifier field: (identifier) @reference.read)
(identifier) @reference.read
