; The path is written in pieces; several captured pieces of a source mean all from the first to the last.
(import_declaration . path: (identifier) @import.source . path: "." . path: (identifier) @import.name .) @import
(import_declaration . path: (identifier) @import.source path: (identifier) @import.source . path: "." . path: (identifier) @import.name .) @import
(import_declaration . path: (identifier) @import.source path: (identifier)? @import.source . path: "."? . (namespace_selectors (identifier) @import.name)) @import
(import_declaration . path: (identifier) @import.source path: (identifier)? @import.source . path: "."? . (namespace_selectors
  (arrow_renamed_identifier name: (identifier) @import.name alias: (identifier) @import.alias))) @import
(import_declaration . path: (identifier) @import.source path: (identifier)? @import.source . path: "."? . (namespace_wildcard) @import.name) @import

(import_declaration path: (identifier) @reference.import .)
(namespace_selectors (identifier) @reference.import)
(namespace_selectors (arrow_renamed_identifier name: (identifier) @reference.import))
(extends_clause (type_identifier) @reference.inherit)
(extends_clause (generic_type type: (type_identifier) @reference.inherit))
(extends_clause type: (stable_type_identifier (type_identifier) @reference.inherit))
(extends_clause type: (compound_type base: (type_identifier) @reference.inherit))

(call_expression function: (identifier) @reference.call)
(call_expression function: (field_expression value: (identifier) @qualifier field: (_) @reference.call))
(call_expression function: (field_expression value: (field_expression field: (identifier) @qualifier) field: (_) @reference.call))
(call_expression function: (field_expression field: (identifier) @reference.call))
(call_expression function: (generic_function function: (identifier) @reference.call))
(call_expression function: (generic_function function: (field_expression field: (identifier) @reference.call)))
(instance_expression (type_identifier) @reference.call)
(instance_expression (generic_type type: (type_identifier) @reference.call))
(infix_expression operator: (identifier) @reference.call)
(infix_expression operator: (operator_identifier) @reference.call)
(annotation name: (type_identifier) @reference.call)
(assignment_expression left: (identifier) @reference.write)
(assignment_expression left: (field_expression field: (identifier) @reference.write))
(type_identifier) @reference.type
(field_expression value: (identifier) @qualifier field: (identifier) @reference.read)
(identifier) @reference.read
