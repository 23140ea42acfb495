(import_statement name: (dotted_name . (identifier) @import.alias) @import.source) @import
(import_statement name: (aliased_import name: (dotted_name) @import.source alias: (identifier) @import.alias)) @import
(import_from_statement module_name: (_) @import.source name: (dotted_name (identifier) @import.name @reference.import)) @import
(import_from_statement module_name: (_) @import.source name: (aliased_import name: (dotted_name (identifier) @import.name @reference.import) alias: (identifier) @import.alias)) @import
(import_from_statement module_name: (_) @import.source (wildcard_import) @import.name) @import
(aliased_import alias: (identifier) @reference.import)
(import_statement name: (dotted_name (identifier) @reference.import))
(class_definition superclasses: (argument_list [
  (identifier) @reference.inherit
  (attribute object: (identifier) @qualifier attribute: (identifier) @reference.inherit)
  (subscript value: (identifier) @reference.inherit)
  (keyword_argument value: (identifier) @reference.inherit)
]))
(call function: [
  (identifier) @reference.call
  (attribute object: (identifier) @qualifier attribute: (identifier) @reference.call)
  (attribute object: (attribute attribute: (identifier) @qualifier) attribute: (identifier) @reference.call)
  (attribute object: (call function: (identifier) @qualifier) attribute: (identifier) @reference.call)
  (attribute attribute: (identifier) @reference.call)
])
(decorator [(identifier) @reference.call (attribute object: (identifier) @qualifier attribute: (identifier) @reference.call)])
(type [
  (identifier) @reference.type
  (attribute object: (identifier) @qualifier attribute: (identifier) @reference.type)
  (generic_type (identifier) @reference.type)
  (subscript value: (identifier) @reference.type)
  (binary_operator (identifier) @reference.type)
])
(assignment left: [
  (identifier) @reference.write
  (attribute object: (identifier) @qualifier attribute: (identifier) @reference.write)
  (pattern_list (identifier) @reference.write)
])
(augmented_assignment left: [(identifier) @reference.write (attribute object: (identifier) @qualifier attribute: (identifier) @reference.write)])
(attribute object: (identifier) @qualifier attribute: (identifier) @reference.read)
(identifier) @reference.read
