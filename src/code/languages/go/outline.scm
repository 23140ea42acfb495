(package_clause (package_identifier) @name) @definition.package
(source_file (const_declaration (const_spec name: (identifier) @name) @definition.constant))
(source_file (var_declaration [
  (var_spec name: (identifier) @name) @definition.variable
  (var_spec_list (var_spec name: (identifier) @name) @definition.variable)
]))
(function_declaration name: (identifier) @name body: (block)? @body) @definition.function
(method_declaration receiver: (parameter_list (parameter_declaration type: [
    (type_identifier) @owner
    (pointer_type (type_identifier) @owner)
    (generic_type type: (type_identifier) @owner)
    (pointer_type (generic_type type: (type_identifier) @owner))
  ])) name: (field_identifier) @name body: (block)? @body) @definition.method
(type_alias name: (type_identifier) @name) @definition.type
(type_spec name: (type_identifier) @name) @definition.type
(type_spec name: (type_identifier) @name type: (struct_type)) @definition.struct
(type_spec name: (type_identifier) @name type: (interface_type)) @definition.interface
(field_declaration name: (field_identifier) @name) @definition.field
(field_declaration !name type: [
  (type_identifier) @name
  (qualified_type name: (type_identifier) @name)
  (generic_type type: (type_identifier) @name)
]) @definition.field
(method_elem name: (field_identifier) @name) @definition.method
