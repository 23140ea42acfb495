; Names given at the top of a file; `<-`, `<<-`, `=` and `->` all give a name.
(program (binary_operator lhs: (identifier) @name operator: ["<-" "<<-" "="]) @definition.variable)
(program (binary_operator operator: ["->" "->>"] rhs: (identifier) @name) @definition.variable)
((program (binary_operator lhs: (identifier) @name operator: ["<-" "<<-" "="]) @definition.constant) (#match? @name "^[A-Z][A-Z0-9_.]+$"))
(binary_operator lhs: (identifier) @name operator: ["<-" "<<-" "="] rhs: (function_definition body: (_) @body)) @definition.function
(binary_operator lhs: (string (string_content) @name) operator: ["<-" "<<-" "="] rhs: (function_definition body: (_) @body)) @definition.function

((call function: (identifier) @_set arguments: (arguments . argument: (argument value: (string (string_content) @name)))) @definition.class
  (#any-of? @_set "setClass" "setRefClass"))
((call function: (identifier) @_set arguments: (arguments . argument: (argument value: (string (string_content) @name)))) @definition.function
  (#eq? @_set "setGeneric"))
((call function: (identifier) @_set arguments: (arguments . argument: (argument value: (string (string_content) @name)) . (comma) . argument: (argument value: (string (string_content) @owner)))) @definition.method
  (#any-of? @_set "setMethod" "setReplaceMethod"))
((program (binary_operator lhs: (identifier) @name rhs: (call function: (identifier) @_class)) @definition.class)
  (#any-of? @_class "R6Class" "setRefClass" "setClass" "ggproto"))
((program (binary_operator lhs: (identifier) @name rhs: (call function: (namespace_operator rhs: (identifier) @_class))) @definition.class)
  (#any-of? @_class "R6Class" "setRefClass" "setClass" "ggproto"))
((call function: (identifier) @_list arguments: (arguments argument: (argument name: (identifier) @name value: (function_definition body: (_) @body)) @definition.function))
  (#any-of? @_list "list" "ggproto"))
