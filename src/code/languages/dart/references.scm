(library_import (import_specification (configurable_uri (uri) @import.source) (identifier)? @import.alias)) @import
(library_export (configurable_uri (uri) @import.source)) @import
(part_directive (uri) @import.source) @import

(superclass (type_identifier) @reference.inherit)
(interfaces (type_identifier) @reference.inherit)
(mixins (type_identifier) @reference.inherit)
(mixin_declaration (type_identifier) @reference.inherit)

((identifier) @qualifier . (selector (unconditional_assignable_selector (identifier) @reference.call)) . (selector (argument_part)))
((selector (unconditional_assignable_selector (identifier) @reference.call)) . (selector (argument_part)))
((identifier) @reference.call . (selector (argument_part)))
((identifier) @qualifier . (selector (unconditional_assignable_selector (identifier) @reference.read)))
(unconditional_assignable_selector (identifier) @reference.read)
(assignment_expression left: (assignable_expression (identifier) @reference.write .))
(annotation name: (identifier) @reference.call)
(type_identifier) @reference.type
(identifier) @reference.read
