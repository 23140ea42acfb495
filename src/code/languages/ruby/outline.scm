(assignment left: [(constant) @name (scope_resolution name: (constant) @name)]) @definition.constant
(module name: [(constant) @name (scope_resolution name: (constant) @name)]) @definition.module
(class name: [(constant) @name (scope_resolution name: (constant) @name)]) @definition.class
(method name: (_) @name) @definition.method
(singleton_method name: (_) @name) @definition.method
(alias name: (_) @name) @definition.method
(call !receiver method: (identifier) @_attribute arguments: (argument_list (simple_symbol) @name)
  (#any-of? @_attribute "attr_reader" "attr_writer" "attr_accessor" "attr" "mattr_accessor" "cattr_accessor" "mattr_reader" "cattr_reader")) @definition.property
(call !receiver method: (identifier) @_define arguments: (argument_list . (simple_symbol) @name)
  (#any-of? @_define "define_method" "alias_method" "def_delegator" "scope")) @definition.method
(call method: (identifier) @_group arguments: (argument_list . [(string (string_content) @name) (constant) @name (scope_resolution) @name]) block: (_) @body
  (#any-of? @_group "describe" "context" "feature")) @definition.section
