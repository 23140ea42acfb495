(module_definition name: (identifier) @name) @definition.module
(abstract_definition (type_head (identifier) @name)) @definition.type
(abstract_definition (type_head (binary_expression . (identifier) @name))) @definition.type
(abstract_definition (type_head (binary_expression . (parametrized_type_expression . (identifier) @name)))) @definition.type
(abstract_definition (type_head (parametrized_type_expression . (identifier) @name))) @definition.type
(primitive_definition (type_head (identifier) @name)) @definition.type
(struct_definition (type_head [
  (identifier) @name
  (parametrized_type_expression . (identifier) @name)
  (binary_expression . (identifier) @name)
  (binary_expression . (parametrized_type_expression . (identifier) @name))]) @body) @definition.struct
(struct_definition (type_head) (identifier) @name @definition.field)
(struct_definition (type_head) (typed_expression . (identifier) @name) @definition.field)

(function_definition (signature [
  (call_expression . (identifier) @name)
  (call_expression . (field_expression (identifier) @name .))
  (call_expression . (parametrized_type_expression . (identifier) @name))
  (typed_expression . (call_expression . (identifier) @name))
  (typed_expression . (call_expression . (field_expression (identifier) @name .)))
  (where_expression . (call_expression . (identifier) @name))
  (where_expression . (call_expression . (field_expression (identifier) @name .)))
  (where_expression . (call_expression . (parametrized_type_expression . (identifier) @name)))
  (where_expression . (typed_expression . (call_expression . (identifier) @name)))
  (identifier) @name])) @definition.function
(macro_definition (signature (call_expression . (identifier) @name))) @definition.macro
(assignment . [
  (call_expression . (identifier) @name)
  (call_expression . (field_expression (identifier) @name .))
  (call_expression . (parametrized_type_expression . (identifier) @name))
  (typed_expression . (call_expression . (identifier) @name))
  (where_expression . (call_expression . (identifier) @name))
  (where_expression . (call_expression . (field_expression (identifier) @name .)))
  (where_expression . (call_expression . (parametrized_type_expression . (identifier) @name)))
  (binary_expression (typed_expression) . (operator) @name)]) @definition.function
(struct_definition (assignment . (call_expression . (identifier) @name)) @definition.constructor)
(struct_definition (function_definition (signature (call_expression . (identifier) @name))) @definition.constructor)

(source_file (assignment . (identifier) @name) @definition.variable)
(module_definition (assignment . (identifier) @name) @definition.variable)
(const_statement (assignment . (identifier) @name)) @definition.constant
(const_statement (assignment . (typed_expression . (identifier) @name))) @definition.constant
((macrocall_expression (macro_identifier (identifier) @_enum) (macro_argument_list (identifier) @name @definition.enum_member)) (#eq? @_enum "enum"))
((macrocall_expression (macro_identifier (identifier) @_enum) (macro_argument_list . (identifier) @name)) @definition.enum (#eq? @_enum "enum"))

; A string directly above is the documentation.
((string_literal) @doc . (function_definition (signature [
  (call_expression . (identifier) @name)
  (typed_expression . (call_expression . (identifier) @name))
  (where_expression . (call_expression . (identifier) @name))])) @definition.function)
((string_literal) @doc . (struct_definition (type_head [
  (identifier) @name
  (parametrized_type_expression . (identifier) @name)
  (binary_expression . (identifier) @name)
  (binary_expression . (parametrized_type_expression . (identifier) @name))])) @definition.struct)
((string_literal) @doc . (module_definition name: (identifier) @name) @definition.module)
((string_literal) @doc . (macro_definition (signature (call_expression . (identifier) @name))) @definition.macro)
((string_literal) @doc . (assignment . (call_expression . (identifier) @name)) @definition.function)
((string_literal) @doc . (const_statement (assignment . (identifier) @name)) @definition.constant)
