(command
  name: (command_name (word) @_source)
  . argument: [(word) (string) (raw_string) (concatenation)] @import.source
  (#any-of? @_source "source" ".")) @import

; A handler given by name.
(command
  name: (command_name (word) @_trap)
  . argument: (word) @reference.call
  (#any-of? @_trap "trap" "command" "builtin" "exec" "eval"))

(command name: (command_name (word) @reference.call))
(variable_assignment name: (variable_name) @reference.write)
(variable_assignment name: (subscript name: (variable_name) @reference.write))
(variable_name) @reference.read
