(use_declaration argument: [
  (scoped_identifier path: (_) @import.source name: (identifier) @import.name @reference.import)
  (identifier) @import.source @import.alias
  (use_as_clause path: (scoped_identifier path: (_) @import.source name: (identifier) @import.name @reference.import) alias: (identifier) @import.alias)
  (use_wildcard (_) @import.source "*" @import.name)
  (scoped_use_list path: [(scoped_identifier name: (identifier) @import.alias) (identifier) @import.alias (crate) @import.alias] @import.source list: (use_list (self)))
  (scoped_use_list path: (_) @import.source list: (use_list [
    (identifier) @import.name @reference.import
    (use_as_clause path: (identifier) @import.name @reference.import alias: (identifier) @import.alias)
    (use_wildcard "*" @import.name)
    (scoped_identifier name: (identifier) @import.name @reference.import)
    (scoped_use_list list: (use_list (identifier) @import.name @reference.import))
  ]))
]) @import
(extern_crate_declaration name: (identifier) @import.source @import.alias) @import
(call_expression function: [
  (identifier) @reference.call
  (scoped_identifier path: [(identifier) @qualifier (scoped_identifier name: (identifier) @qualifier)] name: (identifier) @reference.call)
  (scoped_identifier name: (identifier) @reference.call)
  (field_expression value: [(identifier) @qualifier (self) @qualifier (field_expression field: (field_identifier) @qualifier)] field: (field_identifier) @reference.call)
  (field_expression field: (field_identifier) @reference.call)
  (generic_function function: (identifier) @reference.call)
  (generic_function function: (scoped_identifier path: (identifier) @qualifier name: (identifier) @reference.call))
  (generic_function function: (field_expression field: (field_identifier) @reference.call))
])
(macro_invocation macro: [(identifier) @reference.call (scoped_identifier name: (identifier) @reference.call)])
(struct_expression name: [(type_identifier) @reference.call (scoped_type_identifier name: (type_identifier) @reference.call)])
(impl_item trait: [(type_identifier) @reference.inherit (generic_type type: (type_identifier) @reference.inherit) (scoped_type_identifier name: (type_identifier) @reference.inherit)])
(trait_bounds [(type_identifier) @reference.inherit (generic_type type: (type_identifier) @reference.inherit)])
(scoped_type_identifier path: (identifier) @qualifier name: (type_identifier) @reference.type)
(type_identifier) @reference.type
(attribute (identifier) @reference.call)
(assignment_expression left: [(identifier) @reference.write (field_expression value: (_) field: (field_identifier) @reference.write)])
(compound_assignment_expr left: [(identifier) @reference.write (field_expression field: (field_identifier) @reference.write)])
(scoped_identifier path: (identifier) @qualifier name: (identifier) @reference.read)
[(identifier) (field_identifier)] @reference.read
