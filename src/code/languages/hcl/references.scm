((block . (identifier) @_word (body (attribute . (identifier) @_source (expression (literal_value (string_lit (template_literal) @import.source)))))) @import
  (#eq? @_word "module") (#eq? @_source "source"))
((block . (identifier) @_word . (string_lit (template_literal) @reference.type)) (#any-of? @_word "resource" "data" "provider"))
(function_call (identifier) @reference.call)
(expression (variable_expr (identifier) @qualifier) . (get_attr (identifier) @reference.read))
(get_attr (identifier) @reference.read)
(variable_expr (identifier) @reference.read)
