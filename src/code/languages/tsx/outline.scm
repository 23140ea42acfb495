(program [
  (variable_declaration (variable_declarator name: (identifier) @name) @definition.variable)
  (lexical_declaration (variable_declarator name: (identifier) @name) @definition.variable)
  (export_statement declaration: (variable_declaration (variable_declarator name: (identifier) @name) @definition.variable))
  (export_statement declaration: (lexical_declaration (variable_declarator name: (identifier) @name) @definition.variable))
])
(program [
  (lexical_declaration kind: "const" (variable_declarator name: (identifier) @name) @definition.constant)
  (export_statement declaration: (lexical_declaration kind: "const" (variable_declarator name: (identifier) @name) @definition.constant))
])
(program [
  (lexical_declaration kind: "const" (variable_declarator name: (_ [
    (identifier) @name (shorthand_property_identifier_pattern) @name (pair_pattern value: (identifier) @name)
    (_ left: [(identifier) (shorthand_property_identifier_pattern)] @name) (pair_pattern value: (_ left: (identifier) @name))
  ])) @definition.constant)
  (export_statement declaration: (lexical_declaration kind: "const" (variable_declarator name: (_ [
    (identifier) @name (shorthand_property_identifier_pattern) @name (pair_pattern value: (identifier) @name)
    (_ left: [(identifier) (shorthand_property_identifier_pattern)] @name) (pair_pattern value: (_ left: (identifier) @name))
  ])) @definition.constant))
])
(internal_module body: (statement_block [
  (lexical_declaration (variable_declarator name: (identifier) @name) @definition.variable)
  (export_statement declaration: (lexical_declaration (variable_declarator name: (identifier) @name) @definition.variable))
]))
(variable_declarator name: (identifier) @name value: [(arrow_function body: (statement_block)? @body) (function_expression body: (_) @body) (generator_function body: (_) @body)]) @definition.function
(variable_declarator name: (identifier) @name value: (class body: (_) @body)) @definition.class
(function_declaration name: (identifier) @name body: (_) @body) @definition.function
(generator_function_declaration name: (identifier) @name body: (_) @body) @definition.function
(class_declaration name: (type_identifier) @name body: (_) @body) @definition.class
(class name: (type_identifier) @name body: (_) @body) @definition.class
(method_definition name: [(property_identifier) (private_property_identifier)] @name body: (_) @body) @definition.method
(method_definition name: (property_identifier) @name body: (_) @body (#eq? @name "constructor")) @definition.constructor
(public_field_definition name: [(property_identifier) (private_property_identifier)] @name) @definition.property
(pair key: (property_identifier) @name value: [(arrow_function body: (statement_block)? @body) (function_expression body: (_) @body)]) @definition.method
(assignment_expression
  left: (member_expression object: (_) property: (property_identifier) @name)
  right: [(arrow_function body: (statement_block)? @body) (function_expression body: (_) @body) (generator_function body: (_) @body)]) @definition.function
(assignment_expression left: (member_expression object: (identifier) @_exports property: (property_identifier) @name)
  (#eq? @_exports "exports")) @definition.variable
(abstract_class_declaration name: (type_identifier) @name body: (_) @body) @definition.class
(interface_declaration name: (type_identifier) @name body: (_) @body) @definition.interface
(type_alias_declaration name: (type_identifier) @name) @definition.type
(enum_declaration name: (identifier) @name body: (_) @body) @definition.enum
(enum_body name: (property_identifier) @name @definition.enum_member)
(enum_assignment name: (property_identifier) @name) @definition.enum_member
(internal_module name: (_) @name body: (_)? @body) @definition.namespace
(module name: (identifier) @name body: (_)? @body) @definition.namespace
(function_signature name: (identifier) @name) @definition.function
(method_signature name: (property_identifier) @name) @definition.method
(abstract_method_signature name: (property_identifier) @name) @definition.method
(interface_body (property_signature name: (property_identifier) @name) @definition.property)
(type_alias_declaration value: (object_type (property_signature name: (property_identifier) @name) @definition.property))
(ambient_declaration (lexical_declaration (variable_declarator name: (identifier) @name) @definition.variable))
(assignment_expression
  left: (member_expression object: (member_expression object: (identifier) @owner property: (property_identifier) @_prototype) property: (property_identifier) @name)
  right: [(arrow_function body: (statement_block)? @body) (function_expression body: (_) @body)] (#eq? @_prototype "prototype")) @definition.method
(required_parameter (accessibility_modifier) pattern: (identifier) @name) @definition.property
