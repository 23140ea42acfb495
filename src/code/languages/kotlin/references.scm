(import (qualified_identifier) @import.source "*" @import.name) @import
(import (qualified_identifier) @import.source . (identifier) @import.alias) @import
((import (qualified_identifier (identifier) @import.name .) @import.source .) @import (#not-match? @import "[*]"))

(import (qualified_identifier (identifier) @reference.import .))
(package_header (qualified_identifier (identifier) @reference.read .))
(delegation_specifier (constructor_invocation (user_type (identifier) @reference.inherit .)))
(delegation_specifier (user_type (identifier) @reference.inherit .))
(explicit_delegation (user_type (identifier) @reference.inherit .))

(call_expression . (navigation_expression . (identifier) @qualifier . (identifier) @reference.call .))
(call_expression . (navigation_expression (navigation_expression (identifier) @qualifier .) . (identifier) @reference.call .))
(call_expression . (navigation_expression (identifier) @reference.call .))
(call_expression . (identifier) @reference.call)
(infix_expression (_) . (identifier) @reference.call . (_))
(annotation [(user_type (identifier) @reference.call .) (constructor_invocation (user_type (identifier) @reference.call .))])
(callable_reference (identifier) @reference.read .)
(assignment left: (identifier) @reference.write)
(assignment left: (navigation_expression (identifier) @reference.write .))
(user_type (identifier) @reference.type)
(navigation_expression . (identifier) @qualifier . (identifier) @reference.read .)
(identifier) @reference.read
