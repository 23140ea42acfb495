; Everything is a call: the first word says what is defined.
((call target: (identifier) @_word (arguments . (alias) @name) (do_block)? @body) @definition.module
  (#any-of? @_word "defmodule" "defprotocol" "defimpl"))

((call target: (identifier) @_word
   (arguments . [
     (identifier) @name
     (call target: (identifier) @name)
     (binary_operator left: (call target: (identifier) @name) operator: "when")
     (binary_operator left: (identifier) @name operator: "when")])
   (do_block)? @body) @definition.function
  (#any-of? @_word "def" "defp" "defdelegate" "defguard" "defguardp" "defn" "defnp"))
((call target: (identifier) @_word
   (arguments . [
     (call target: (identifier) @name)
     (binary_operator left: (call target: (identifier) @name) operator: "when")])
   (do_block)? @body) @definition.macro
  (#any-of? @_word "defmacro" "defmacrop"))
((call target: (identifier) @_word
   (arguments . (binary_operator left: (identifier) operator: _ @name right: (identifier)))) @definition.operator
  (#any-of? @_word "def" "defp" "defmacro" "defmacrop") (#not-eq? @name "when"))

((call target: (identifier) @name) @definition.struct (#any-of? @name "defstruct" "defexception"))
((call target: (identifier) @_word (arguments . (string (quoted_content) @name)) (do_block) @body) @definition.function
  (#any-of? @_word "test" "describe"))

(unary_operator operator: "@" operand: (call target: (identifier) @_word
  (arguments (binary_operator left: [(identifier) @name (call target: (identifier) @name)] operator: "::")))
  (#any-of? @_word "type" "typep" "opaque")) @definition.type
(unary_operator operator: "@" operand: (call target: (identifier) @_word
  (arguments (binary_operator left: (call target: (identifier) @name) operator: "::")))
  (#any-of? @_word "callback" "macrocallback")) @definition.function
(do_block (unary_operator operator: "@" operand: (call target: (identifier) @name (arguments . (_) .))
  (#not-any-of? @name "moduledoc" "doc" "typedoc" "spec" "type" "typep" "opaque" "callback" "macrocallback" "impl" "behaviour"
    "derive" "dialyzer" "deprecated" "since" "compile" "tag" "moduletag" "describetag" "external_resource" "enforce_keys"
    "optional_callbacks" "before_compile" "after_compile" "on_load" "on_definition" "fallback_to_any" "shortdoc")) @definition.constant)

; The same with the documentation that stands above, a specification between them or not.
((unary_operator operator: "@" operand: (call target: (identifier) @_doc (arguments (string) @doc)))
  . (unary_operator)? . (unary_operator)? .
  (call target: (identifier) @_word
    (arguments . [
      (identifier) @name
      (call target: (identifier) @name)
      (binary_operator left: (call target: (identifier) @name) operator: "when")])
    (do_block)? @body) @definition.function
  (#eq? @_doc "doc") (#any-of? @_word "def" "defp" "defdelegate" "defguard" "defguardp" "defn" "defnp"))
((unary_operator operator: "@" operand: (call target: (identifier) @_doc (arguments (string) @doc)))
  . (unary_operator)? . (unary_operator)? .
  (call target: (identifier) @_word
    (arguments . [
      (call target: (identifier) @name)
      (binary_operator left: (call target: (identifier) @name) operator: "when")])
    (do_block)? @body) @definition.macro
  (#eq? @_doc "doc") (#any-of? @_word "defmacro" "defmacrop"))
((call target: (identifier) @_word (arguments . (alias) @name)
   (do_block . (unary_operator operator: "@" operand: (call target: (identifier) @_doc (arguments (string) @doc)))) @body) @definition.module
  (#eq? @_doc "moduledoc") (#any-of? @_word "defmodule" "defprotocol" "defimpl"))
