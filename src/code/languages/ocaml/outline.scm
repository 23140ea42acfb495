(module_definition (module_binding (module_name) @name)) @definition.module
(module_type_definition (module_type_name) @name) @definition.interface
(type_definition (type_binding name: (type_constructor) @name) @definition.type)
(type_definition (type_binding name: (type_constructor) @name body: (record_declaration)) @definition.struct)
(type_definition (type_binding name: (type_constructor) @name body: (variant_declaration)) @definition.enum)
(variant_declaration (constructor_declaration (constructor_name) @name) @definition.enum_member)
(exception_definition (constructor_declaration (constructor_name) @name)) @definition.constructor
(field_declaration (field_name) @name) @definition.field

(value_specification (value_name) @name) @definition.function
(value_specification (parenthesized_operator (_) @name)) @definition.operator
(external (value_name) @name) @definition.function
(class_definition (class_binding (class_name) @name body: (_)? @body)) @definition.class
(class_type_definition (class_type_binding (class_type_name) @name)) @definition.interface
(method_specification (method_name) @name) @definition.method

; Bindings of the file and of modules; those inside expressions are local.
(compilation_unit (value_definition (let_binding pattern: (value_name) @name) @definition.variable))
(structure (value_definition (let_binding pattern: (value_name) @name) @definition.variable))
(compilation_unit (value_definition (let_binding pattern: (value_name) @name (parameter) body: (_) @body) @definition.function))
(structure (value_definition (let_binding pattern: (value_name) @name (parameter) body: (_) @body) @definition.function))
(value_definition (let_binding pattern: (value_name) @name body: [(function_expression) (fun_expression)] @body) @definition.function)
(value_definition (let_binding pattern: (parenthesized_operator (_) @name)) @definition.operator)
(method_definition (method_name) @name body: (_)? @body) @definition.method
(instance_variable_definition (instance_variable_name) @name) @definition.field
