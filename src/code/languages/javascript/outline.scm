(program [
  (lexical_declaration (variable_declarator name: (identifier) @name) @definition.variable)
  (variable_declaration (variable_declarator name: (identifier) @name) @definition.variable)
  (export_statement declaration: (variable_declaration (variable_declarator name: (identifier) @name) @definition.variable))
  (export_statement declaration: (lexical_declaration (variable_declarator name: (identifier) @name) @definition.variable))
])
(program [
  (lexical_declaration kind: "const" (variable_declarator name: (identifier) @name) @definition.constant)
  (export_statement declaration: (lexical_declaration kind: "const" (variable_declarator name: (identifier) @name) @definition.constant))
])
(variable_declarator name: (identifier) @name value: [(arrow_function body: (statement_block)? @body) (function_expression body: (_) @body) (generator_function body: (_) @body)]) @definition.function
(variable_declarator name: (identifier) @name value: (class body: (_) @body)) @definition.class
(function_declaration name: (identifier) @name body: (_) @body) @definition.function
(generator_function_declaration name: (identifier) @name body: (_) @body) @definition.function
(class_declaration name: (_) @name body: (_) @body) @definition.class
(method_definition name: [(property_identifier) (private_property_identifier)] @name body: (_) @body) @definition.method
(method_definition name: (property_identifier) @name body: (_) @body (#eq? @name "constructor")) @definition.constructor
(field_definition property: [(property_identifier) (private_property_identifier)] @name) @definition.property
(pair key: (property_identifier) @name value: [(arrow_function body: (statement_block)? @body) (function_expression body: (_) @body)]) @definition.method
(assignment_expression
  left: (member_expression object: (_) property: (property_identifier) @name)
  right: [(arrow_function body: (statement_block)? @body) (function_expression body: (_) @body) (generator_function body: (_) @body)]) @definition.function
(assignment_expression left: (member_expression object: (identifier) @_exports property: (property_identifier) @name)
  (#eq? @_exports "exports")) @definition.variable
(assignment_expression
  left: (member_expression object: (member_expression object: (identifier) @owner property: (property_identifier) @_prototype) property: (property_identifier) @name)
  right: [(arrow_function body: (statement_block)? @body) (function_expression body: (_) @body)] (#eq? @_prototype "prototype")) @definition.method
