((call function: (identifier) @_load arguments: (arguments . argument: (argument value: [
   (identifier) @import.source
   (string (string_content) @import.source)]))) @import
  (#any-of? @_load "library" "require" "requireNamespace" "loadNamespace" "source"))

((call function: (identifier) @_load arguments: (arguments . argument: (argument value: (identifier) @reference.import)))
  (#any-of? @_load "library" "require"))
(call function: (identifier) @reference.call)
(call function: (namespace_operator lhs: (identifier) @qualifier rhs: (identifier) @reference.call))
(call function: (extract_operator lhs: (identifier) @qualifier rhs: (identifier) @reference.call))
(call function: (extract_operator rhs: (identifier) @reference.call))
(namespace_operator lhs: (identifier) @qualifier rhs: (identifier) @reference.read)
(binary_operator lhs: (identifier) @reference.write operator: ["<-" "<<-" "="])
(binary_operator operator: ["->" "->>"] rhs: (identifier) @reference.write)
(binary_operator lhs: (extract_operator lhs: (identifier) @qualifier rhs: (identifier) @reference.write) operator: ["<-" "<<-" "="])
(extract_operator lhs: (identifier) @qualifier rhs: (identifier) @reference.read)
(identifier) @reference.read
