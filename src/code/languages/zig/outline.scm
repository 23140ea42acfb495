(source_file (variable_declaration "pub"? @exported "var" . (identifier) @name) @definition.variable)
(source_file (variable_declaration "pub"? @exported "const" . (identifier) @name) @definition.constant)
(struct_declaration (variable_declaration "pub"? @exported "const" . (identifier) @name) @definition.constant)
(struct_declaration (variable_declaration "var" . (identifier) @name) @definition.variable)
(enum_declaration (variable_declaration "pub"? @exported "const" . (identifier) @name) @definition.constant)
(union_declaration (variable_declaration "pub"? @exported "const" . (identifier) @name) @definition.constant)
(struct_declaration (container_field name: (identifier) @name) @definition.field)
(union_declaration (container_field name: (identifier) @name) @definition.field)
(enum_declaration (container_field name: (identifier) @name) @definition.enum_member)
(error_set_declaration (identifier) @name @definition.enum_member)
(variable_declaration "pub"? @exported "const" . (identifier) @name (struct_declaration)) @definition.struct
(variable_declaration "pub"? @exported "const" . (identifier) @name (enum_declaration)) @definition.enum
(variable_declaration "pub"? @exported "const" . (identifier) @name (union_declaration)) @definition.union
(variable_declaration "pub"? @exported "const" . (identifier) @name (opaque_declaration)) @definition.struct
(variable_declaration "pub"? @exported "const" . (identifier) @name (error_set_declaration)) @definition.enum
(function_declaration name: (identifier) @name body: (_)? @body) @definition.function
(test_declaration [(string (string_content) @name) (identifier) @name] (block) @body) @definition.function

(function_declaration . "pub" @exported name: (identifier) @name body: (_)? @body) @definition.function
