(module . (expression_statement (string) @doc))
(assignment left: [(identifier) @name (pattern_list (identifier) @name) (tuple_pattern (identifier) @name)]) @definition.variable
(type_alias_statement left: (type (identifier) @name)) @definition.type
(function_definition name: (identifier) @name body: (block . (expression_statement (string) @doc)?) @body) @definition.function
(class_definition name: (identifier) @name body: (block . (expression_statement (string) @doc)?) @body) @definition.class
