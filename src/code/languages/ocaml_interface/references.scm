(open_module module: (module_path) @import.source) @import
(include_module_type (module_type_of (module_path) @import.source)) @import

(open_module module: (module_path (module_name) @reference.import .))
(type_constructor_path (type_constructor) @reference.type)
(module_type_path (module_type_name) @reference.type)
(module_name) @reference.read
