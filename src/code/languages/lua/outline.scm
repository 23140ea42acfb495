; A function is `name`, `Table.name` or `Table:name`; the table is its owner.
(function_declaration name: (identifier) @name body: (_)? @body) @definition.function
(function_declaration name: (dot_index_expression table: (identifier) @owner field: (identifier) @name) body: (_)? @body) @definition.function
(function_declaration name: (dot_index_expression table: (dot_index_expression field: (identifier) @owner) field: (identifier) @name) body: (_)? @body) @definition.function
(function_declaration name: (method_index_expression table: (identifier) @owner method: (identifier) @name) body: (_)? @body) @definition.method
(function_declaration name: (method_index_expression table: (dot_index_expression field: (identifier) @owner) method: (identifier) @name) body: (_)? @body) @definition.method

(chunk (variable_declaration (assignment_statement (variable_list name: (identifier) @name))) @definition.variable)
(chunk (variable_declaration (variable_list name: (identifier) @name)) @definition.variable)
(chunk (assignment_statement (variable_list name: (identifier) @name)) @definition.variable)
(chunk (variable_declaration (assignment_statement (variable_list . name: (identifier) @name .) (expression_list . value: (table_constructor)))) @definition.object)
(chunk (assignment_statement (variable_list . name: (identifier) @name .) (expression_list . value: (table_constructor))) @definition.object)
((chunk (variable_declaration (assignment_statement (variable_list . name: (identifier) @name .))) @definition.constant) (#match? @name "^[A-Z][A-Z0-9_]+$"))

(chunk (assignment_statement (variable_list . name: (dot_index_expression table: (identifier) @owner field: (identifier) @name))) @definition.field)
(assignment_statement (variable_list . name: (dot_index_expression table: (identifier) @owner field: (identifier) @name) .)
  (expression_list . value: (function_definition body: (_)? @body))) @definition.function
(variable_declaration (assignment_statement (variable_list . name: (identifier) @name .)
  (expression_list . value: (function_definition body: (_)? @body)))) @definition.function
(chunk (assignment_statement (variable_list . name: (identifier) @name .)
  (expression_list . value: (function_definition body: (_)? @body))) @definition.function)
(chunk (variable_declaration (assignment_statement (expression_list value: (table_constructor (field name: (identifier) @name) @definition.field)))))
(chunk (assignment_statement (expression_list value: (table_constructor (field name: (identifier) @name) @definition.field))))
(chunk (return_statement (expression_list (table_constructor (field name: (identifier) @name) @definition.field))))
(field name: (identifier) @name value: (function_definition body: (_)? @body)) @definition.function
