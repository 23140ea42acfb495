((call target: (identifier) @_word (arguments . (alias) @import.source . (keywords (pair key: (keyword) @_as value: (alias) @import.alias)))) @import
  (#any-of? @_word "alias" "require") (#match? @_as "^as:"))
((call target: (identifier) @_word (arguments . (alias) @import.source)) @import
  (#any-of? @_word "import" "use" "require" "alias"))
((call target: (identifier) @_word (arguments . (dot left: (alias) @import.source right: (tuple (alias) @import.name)))) @import
  (#eq? @_word "alias"))

((call target: (identifier) @_word (arguments . (alias) @reference.import)) (#any-of? @_word "import" "use" "require" "alias"))
(unary_operator operator: "@" operand: (call target: (identifier) @_word (arguments . (alias) @reference.inherit)) (#eq? @_word "behaviour"))
((call target: (identifier) @_word (arguments (keywords (pair value: (alias) @reference.inherit)))) (#eq? @_word "defimpl"))

(call target: (dot left: [(alias) (identifier)] @qualifier right: (identifier) @reference.call))
(call target: (dot right: (identifier) @reference.call))
((call target: (identifier) @reference.call) (#not-any-of? @reference.call "def" "defp" "defmodule" "defmacro" "defmacrop" "defprotocol" "defimpl" "defstruct" "defguard"
    "defguardp" "defdelegate" "import" "use" "require" "alias" "doc" "moduledoc" "spec" "type" "typep" "opaque" "callback"
    "behaviour" "typedoc" "impl"))
(binary_operator operator: "|>" right: (identifier) @reference.call)
(unary_operator operator: "&" operand: (binary_operator left: (identifier) @reference.call operator: "/"))
(unary_operator operator: "&" operand: (binary_operator left: (call target: (dot right: (identifier) @reference.call))))
(alias) @reference.type
((identifier) @reference.read (#not-any-of? @reference.read "def" "defp" "defmodule" "defmacro" "defmacrop" "defprotocol" "defimpl" "defstruct" "defguard"
    "defguardp" "defdelegate" "import" "use" "require" "alias" "doc" "moduledoc" "spec" "type" "typep" "opaque" "callback"
    "behaviour" "typedoc" "impl"))
