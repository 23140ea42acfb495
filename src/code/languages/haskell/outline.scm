; A type signature and its equations are neighbours of one name; the engine makes one definition of them.
(header module: (module) @name) @definition.module
(declarations (type_synomym name: (_) @name) @definition.type)
(declarations (newtype name: (_) @name) @definition.struct)
(declarations (data_type name: (_) @name) @definition.struct)
(declarations (class name: (_) @name declarations: (_)? @body) @definition.interface)
(declarations (instance name: (_) @name declarations: (_)? @body) @definition.scope)
(type_family name: (_) @name) @definition.type
(data_family name: (_) @name) @definition.type
(kind_signature name: (name) @name) @definition.type

(data_constructor constructor: [(record name: (_) @name) (prefix name: (_) @name) (infix operator: (_) @name) (special) @name]) @definition.constructor
(newtype_constructor name: (_) @name) @definition.constructor
(gadt_constructor name: (constructor) @name) @definition.constructor
(gadt_constructor names: (_ (constructor) @name)) @definition.constructor
(field name: (field_name (variable) @name)) @definition.field

(declarations (signature name: (variable) @name) @definition.function)
(declarations (signature name: (prefix_id (operator) @name)) @definition.operator)
(declarations (signature names: (binding_list (variable) @name)) @definition.function)
(declarations (function name: (variable) @name match: (_) @body) @definition.function)
(declarations (function name: (prefix_id (operator) @name) match: (_) @body) @definition.operator)
(declarations (function (infix operator: (operator) @name) match: (_) @body) @definition.operator)
(declarations (function (infix operator: (infix_id (variable) @name)) match: (_) @body) @definition.function)
(declarations (bind name: (variable) @name match: (_) @body) @definition.function)
(declarations (foreign_import signature: (signature name: (variable) @name)) @definition.function)
(pattern_synonym (signature synonym: (constructor) @name)) @definition.constructor
(pattern_synonym (equation synonym: (constructor) @name)) @definition.constructor

(class_declarations (signature name: (variable) @name) @definition.method)
(class_declarations (signature names: (binding_list (variable) @name)) @definition.method)
(class_declarations (signature name: (prefix_id (operator) @name)) @definition.method)
(instance_declarations (function name: (variable) @name match: (_) @body) @definition.method)
(instance_declarations (bind name: (variable) @name match: (_) @body) @definition.method)
(instance_declarations (function (infix operator: (operator) @name) match: (_) @body) @definition.method)
