(import_declaration (scoped_identifier scope: (_) @import.source name: (identifier) @import.name @reference.import) . ) @import
(import_declaration [(scoped_identifier) (identifier)] @import.source (asterisk) @import.name) @import
(method_invocation object: [(identifier) @qualifier (field_access field: (identifier) @qualifier) (method_invocation name: (identifier) @qualifier)] name: (identifier) @reference.call)
(method_invocation name: (identifier) @reference.call)
(object_creation_expression type: [(type_identifier) @reference.call (generic_type (type_identifier) @reference.call) (scoped_type_identifier (type_identifier) @reference.call .)])
(method_reference (identifier) @qualifier (identifier) @reference.call)
(explicit_constructor_invocation constructor: _ @_constructor)
(superclass [(type_identifier) @reference.inherit (generic_type (type_identifier) @reference.inherit)])
(super_interfaces (type_list [(type_identifier) @reference.inherit (generic_type (type_identifier) @reference.inherit)]))
(extends_interfaces (type_list [(type_identifier) @reference.inherit (generic_type (type_identifier) @reference.inherit)]))
[(marker_annotation name: (identifier) @reference.type) (annotation name: (identifier) @reference.type)]
(type_identifier) @reference.type
(assignment_expression left: [(identifier) @reference.write (field_access object: (identifier) @qualifier field: (identifier) @reference.write) (field_access field: (identifier) @reference.write)])
(update_expression (identifier) @reference.write)
(field_access object: (identifier) @qualifier field: (identifier) @reference.read)
(identifier) @reference.read
