(open_module module: (module_path) @import.source) @import
(include_module module: (module_path) @import.source) @import
(module_binding (module_name) @import.alias body: (module_path) @import.source) @import

(inheritance_definition class: (class_application class: (class_path (class_name) @reference.inherit)))
(inheritance_definition class: (class_path (class_name) @reference.inherit))
(open_module module: (module_path (module_name) @reference.import .))

(application_expression function: (value_path (module_path (module_name) @qualifier .) (value_name) @reference.call))
(application_expression function: (value_path (value_name) @reference.call))
(method_invocation object: (value_path (value_name) @qualifier) method: (method_name) @reference.call)
(method_invocation method: (method_name) @reference.call)
(new_expression (class_path (class_name) @reference.call))
(constructor_path (constructor_name) @reference.call)
(infix_expression operator: [(rel_operator) (add_operator) (mult_operator) (pow_operator) (concat_operator)] @reference.call)
(set_expression (field_get_expression field: (field_path (field_name) @reference.write)))
(set_expression (instance_variable_name) @reference.write)
(type_constructor_path (type_constructor) @reference.type)
(module_type_path (module_type_name) @reference.type)
(value_path (module_path (module_name) @qualifier .) (value_name) @reference.read)
(field_name) @reference.read
(module_name) @reference.read
(value_path (value_name) @reference.read)
