; A signature and its body are neighbours: a body that ends after the definition's node lengthens the definition.
(class_definition name: (identifier) @name body: (class_body) @body) @definition.class
(mixin_declaration (identifier) @name (class_body) @body) @definition.trait
(extension_declaration name: (identifier) @name body: (extension_body) @body) @definition.class
(extension_type_declaration name: (identifier) @name) @definition.class
(enum_declaration name: (identifier) @name body: (enum_body) @body) @definition.enum
(enum_constant name: (identifier) @name) @definition.enum_member
(type_alias . (type_identifier) @name) @definition.type

(program (function_signature name: (identifier) @name) @definition.function . (function_body)? @body)
(program (getter_signature name: (identifier) @name) @definition.property . (function_body)? @body)
(program (setter_signature name: (identifier) @name) @definition.property . (function_body)? @body)
(program (static_final_declaration_list (static_final_declaration . (identifier) @name) @definition.constant))
(program (initialized_identifier_list (initialized_identifier . (identifier) @name) @definition.variable))

(class_body (method_signature (function_signature name: (identifier) @name)) @definition.method . (function_body)? @body)
(extension_body (method_signature (function_signature name: (identifier) @name)) @definition.method . (function_body)? @body)
(enum_body (method_signature (function_signature name: (identifier) @name)) @definition.method . (function_body)? @body)
(_ (method_signature (getter_signature name: (identifier) @name)) @definition.property . (function_body)? @body)
(_ (method_signature (setter_signature name: (identifier) @name)) @definition.property . (function_body)? @body)
(_ (method_signature (operator_signature (binary_operator) @name)) @definition.operator . (function_body)? @body)
(class_body (method_signature (constructor_signature (identifier) @name .)) @definition.constructor . (function_body)? @body)
(_ (method_signature (factory_constructor_signature (identifier) @name . (formal_parameter_list))) @definition.constructor . (function_body)? @body)

(declaration (function_signature name: (identifier) @name)) @definition.method
(declaration (getter_signature name: (identifier) @name)) @definition.property
(declaration (setter_signature name: (identifier) @name)) @definition.property
(declaration (constructor_signature name: (identifier) @name . (formal_parameter_list))) @definition.constructor
(declaration (constant_constructor_signature (identifier) @name . (formal_parameter_list))) @definition.constructor
(declaration (redirecting_factory_constructor_signature (identifier) @name . (formal_parameter_list))) @definition.constructor
(declaration (initialized_identifier_list (initialized_identifier . (identifier) @name))) @definition.field
(declaration (static_final_declaration_list (static_final_declaration . (identifier) @name))) @definition.constant
