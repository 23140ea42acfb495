(import_statement (import_clause (identifier) @import.default @reference.import) source: (string) @import.source) @import
(import_statement (import_clause (namespace_import "*" @import.name (identifier) @import.alias @reference.import)) source: (string) @import.source) @import
(import_statement (import_clause (named_imports (import_specifier name: (_) @import.name @reference.import alias: (identifier)? @import.alias))) source: (string) @import.source) @import
(import_statement . source: (string) @import.source) @import
(export_statement (export_clause (export_specifier name: (_) @import.name @reference.import alias: (_)? @import.alias)) source: (string) @import.source) @import
(export_statement "*" @import.name source: (string) @import.source) @import
(export_statement (export_clause (export_specifier name: (identifier) @exported.name)))
(export_statement value: (identifier) @exported.name)
(assignment_expression left: (member_expression) @_exports right: [(identifier) @exported.name (object (shorthand_property_identifier) @exported.name)] (#eq? @_exports "module.exports"))
(variable_declarator name: [
    (identifier) @import.alias
    (object_pattern (shorthand_property_identifier_pattern) @import.name)
    (object_pattern (pair_pattern key: (property_identifier) @import.name value: (identifier) @import.alias))
  ] value: (call_expression function: (identifier) @_require arguments: (arguments . (string) @import.source .)) (#eq? @_require "require")) @import
(class_heritage [(identifier) @reference.inherit (member_expression object: (identifier) @qualifier property: (property_identifier) @reference.inherit) (call_expression function: (identifier) @reference.inherit)])
(call_expression function: [
  (identifier) @reference.call
  (member_expression object: [(identifier) @qualifier (this) @qualifier (member_expression property: (property_identifier) @qualifier) (call_expression function: (identifier) @qualifier)] property: [(property_identifier) (private_property_identifier)] @reference.call)
  (member_expression property: [(property_identifier) (private_property_identifier)] @reference.call)
])
(new_expression constructor: [(identifier) @reference.call (member_expression object: (identifier) @qualifier property: (property_identifier) @reference.call)])
[(jsx_opening_element name: (identifier) @reference.call) (jsx_self_closing_element name: (identifier) @reference.call)]
(assignment_expression left: [(identifier) @reference.write (member_expression object: [(identifier) @qualifier (this) @qualifier] property: (property_identifier) @reference.write) (member_expression property: (property_identifier) @reference.write)])
(augmented_assignment_expression left: [(identifier) @reference.write (member_expression property: (property_identifier) @reference.write)])
(update_expression argument: [(identifier) @reference.write (member_expression property: (property_identifier) @reference.write)])
(decorator (identifier) @reference.call)
(member_expression object: [(identifier) @qualifier (this) @qualifier] property: (property_identifier) @reference.read)
[(identifier) (property_identifier) (private_property_identifier) (shorthand_property_identifier)] @reference.read
