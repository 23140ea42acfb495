(import module: (module) @import.source alias: (module) @import.alias) @import
(import module: (module) @import.source names: (import_list name: (import_name [variable: (_) @import.name type: (_) @import.name]))) @import
(import module: (module) @import.source !alias !names) @import

(deriving classes: (_ (name) @reference.inherit))
(instance name: (name) @reference.inherit)
(export variable: (variable) @reference.read)

(apply function: (qualified module: (module (module_id) @qualifier .) id: (variable) @reference.call))
(apply function: (variable) @reference.call)
(apply function: (constructor) @reference.call)
(infix operator: (operator) @reference.call)
(infix operator: (infix_id (variable) @reference.call))
(field_update field: (field_name (variable) @reference.write))
(qualified module: (module (module_id) @qualifier .) id: (variable) @reference.read)
(qualified module: (module (module_id) @qualifier .) id: (name) @reference.type)
(constructor) @reference.call
(name) @reference.type
(variable) @reference.read
