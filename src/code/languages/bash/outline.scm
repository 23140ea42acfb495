; Variables of the script itself; those inside functions are local in spirit.
(program (variable_assignment name: (variable_name) @name) @definition.variable)
(program (variable_assignment name: (subscript name: (variable_name) @name)) @definition.variable)
(program (declaration_command (variable_name) @name) @definition.variable)
(program (declaration_command (variable_assignment name: (variable_name) @name)) @definition.variable)
(program (declaration_command "readonly" (variable_assignment name: (variable_name) @name)) @definition.constant)
(program (declaration_command "export" @exported (variable_assignment name: (variable_name) @name)) @definition.variable)

(function_definition name: (word) @name body: (_) @body) @definition.function
