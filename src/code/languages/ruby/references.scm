(call !receiver method: (identifier) @_require arguments: (argument_list . (string (string_content) @import.source))
  (#any-of? @_require "require" "require_relative" "load" "autoload")) @import
(class superclass: (superclass [(constant) @reference.inherit (scope_resolution name: (constant) @reference.inherit)]))
(call !receiver method: (identifier) @_mixin arguments: (argument_list [(constant) @reference.inherit (scope_resolution name: (constant) @reference.inherit)])
  (#any-of? @_mixin "include" "extend" "prepend"))
(call receiver: (constant) @_receiver method: (identifier) @_new (#eq? @_new "new"))
(call receiver: [(identifier) @qualifier (constant) @qualifier (instance_variable) @qualifier (scope_resolution name: (constant) @qualifier) (call method: (identifier) @qualifier)] method: [(identifier) (constant)] @reference.call)
(call method: [(identifier) (constant)] @reference.call)
(scope_resolution scope: (constant) @qualifier name: (constant) @reference.read)
(assignment left: [(identifier) @reference.write (instance_variable) @reference.write (constant) @reference.write (global_variable) @reference.write (class_variable) @reference.write])
(operator_assignment left: [(identifier) @reference.write (instance_variable) @reference.write])
[(identifier) (constant) (instance_variable) (global_variable) (class_variable)] @reference.read
