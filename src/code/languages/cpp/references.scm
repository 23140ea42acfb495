(call_expression function: [
  (identifier) @reference.call
  (qualified_identifier scope: [(namespace_identifier) @qualifier (template_type name: (type_identifier) @qualifier)] name: [(identifier) @reference.call (template_function name: (identifier) @reference.call)])
  (qualified_identifier name: (qualified_identifier scope: (namespace_identifier) @qualifier name: (identifier) @reference.call))
  (field_expression argument: [(identifier) @qualifier (this) @qualifier (field_expression field: (field_identifier) @qualifier)] field: (field_identifier) @reference.call)
  (field_expression field: [(field_identifier) @reference.call (template_method name: (field_identifier) @reference.call)])
  (template_function name: (identifier) @reference.call)
])
(new_expression type: [(type_identifier) @reference.call (qualified_identifier name: (type_identifier) @reference.call)])
(preproc_include path: (_) @import.source) @import
(using_declaration (qualified_identifier scope: (_) @import.source name: (identifier) @import.name @reference.import)) @import
(base_class_clause [(type_identifier) @reference.inherit (qualified_identifier name: (type_identifier) @reference.inherit) (template_type name: (type_identifier) @reference.inherit)])
(assignment_expression left: [(identifier) @reference.write (field_expression field: (field_identifier) @reference.write)])
(update_expression argument: (identifier) @reference.write)
(qualified_identifier scope: (namespace_identifier) @qualifier name: (type_identifier) @reference.type)
(type_identifier) @reference.type
(qualified_identifier scope: (namespace_identifier) @qualifier name: (identifier) @reference.read)
(field_expression argument: (identifier) @qualifier field: (field_identifier) @reference.read)
[(identifier) (field_identifier) (namespace_identifier)] @reference.read
