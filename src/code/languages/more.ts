import type { Language } from './language.ts';
import { prepareKotlin, prepareObjectiveC, prepareSwift, scriptsOnly } from './prepare.ts';
import { TEXT_LANGUAGES } from './text-only.ts';

const C_COMMENTS = ['comment'];

/** Languages with a grammar or a hand-made outline, outside `./major.ts`. */
const PARSED_LANGUAGES: readonly Language[] = [
  {
    name: 'bash', aliases: ['sh', 'shell', 'zsh', 'ksh', 'shellscript'],
    globs: ['*.sh', '*.bash', '*.zsh', '*.ksh', '*.bats', '*.ebuild', '*.eclass', '*.sh.in', '.bashrc', '.bash_profile', '.bash_aliases', '.profile', '.zshrc', '.zshenv', '.zprofile', 'PKGBUILD', 'APKBUILD'],
    interpreters: ['sh', 'bash', 'dash', 'zsh', 'ksh', 'ash', 'busybox', 'bats'],
    grammar: { package: 'tree-sitter-bash', file: 'tree-sitter-bash.wasm' },
    comments: C_COMMENTS, exported: 'all',
  },
  {
    name: 'css', aliases: [], globs: ['*.css', '*.pcss', '*.postcss'], interpreters: [],
    grammar: { package: 'tree-sitter-css', file: 'tree-sitter-css.wasm' },
    comments: ['comment', 'js_comment'], exported: 'all',
  },
  {
    name: 'dart', aliases: ['flutter'], globs: ['*.dart'], interpreters: ['dart'],
    grammar: { package: '@repomix/tree-sitter-wasms', file: 'out/tree-sitter-dart.wasm' },
    comments: ['comment', 'documentation_comment'], exported: 'no_underscore',
  },
  {
    name: 'elixir', aliases: ['ex', 'exs'], globs: ['*.ex', '*.exs'], interpreters: ['elixir'],
    grammar: { package: 'tree-sitter-elixir', file: 'tree-sitter-elixir.wasm' },
    comments: C_COMMENTS, exported: 'not_private', clauses: true,
  },
  {
    name: 'haskell', aliases: ['hs'], globs: ['*.hs', '*.hs-boot', '*.hsc'], interpreters: ['runhaskell', 'runghc', 'stack'],
    grammar: { package: 'tree-sitter-haskell', file: 'tree-sitter-haskell.wasm' },
    comments: ['comment', 'haddock'], exported: 'all', clauses: true,
  },
  {
    name: 'hcl', aliases: ['terraform', 'tf', 'opentofu'], globs: ['*.hcl', '*.tf', '*.tfvars', '*.tofu', '*.nomad', '*.pkr.hcl'], interpreters: [],
    grammar: { package: '@tree-sitter-grammars/tree-sitter-hcl', file: 'tree-sitter-terraform.wasm' },
    comments: C_COMMENTS, exported: 'all',
  },
  {
    name: 'html', aliases: ['htm', 'xhtml'], globs: ['*.html', '*.htm', '*.xhtml', '*.shtml', '*.html.in'], interpreters: [],
    grammar: { package: 'tree-sitter-html', file: 'tree-sitter-html.wasm' },
    comments: C_COMMENTS, exported: 'all', embedded: { language: 'javascript', only: scriptsOnly },
  },
  {
    name: 'json', aliases: ['jsonc', 'json5'],
    globs: ['*.json', '*.jsonc', '*.json5', '*.geojson', '*.webmanifest', '*.code-workspace', '*.har', '*.avsc', '.babelrc', '.eslintrc', '.prettierrc', '.swcrc', 'composer.lock', 'Pipfile.lock', 'flake.lock'],
    interpreters: [], grammar: { package: 'tree-sitter-json', file: 'tree-sitter-json.wasm' },
    comments: C_COMMENTS, exported: 'all',
  },
  {
    name: 'julia', aliases: ['jl'], globs: ['*.jl'], interpreters: ['julia'],
    grammar: { package: 'tree-sitter-julia', file: 'tree-sitter-julia.wasm' },
    comments: ['line_comment', 'block_comment'], exported: 'no_underscore',
  },
  {
    name: 'kotlin', aliases: ['kt', 'kts'], globs: ['*.kt', '*.kts', '*.ktm'], interpreters: ['kotlin', 'kotlinc'],
    grammar: { package: '@tree-sitter-grammars/tree-sitter-kotlin', file: 'tree-sitter-kotlin.wasm' },
    comments: ['line_comment', 'block_comment'], exported: 'not_private', prepare: prepareKotlin,
  },
  {
    name: 'lua', aliases: ['luau'], globs: ['*.lua', '*.rockspec', '*.wlua', '.luacheckrc'], interpreters: ['lua', 'luajit', 'texlua', 'nvim'],
    grammar: { package: '@tree-sitter-grammars/tree-sitter-lua', file: 'tree-sitter-lua.wasm' },
    comments: C_COMMENTS, exported: 'not_private',
  },
  {
    name: 'objc', aliases: ['objective-c', 'objectivec', 'obj-c', 'objective-c++', 'objcpp'], globs: ['*.m', '*.mm'], interpreters: [],
    grammar: { package: 'tree-sitter-objc', file: 'tree-sitter-objc.wasm' },
    comments: C_COMMENTS, exported: 'not_static', prepare: prepareObjectiveC,
  },
  {
    name: 'ocaml', aliases: ['ml'], globs: ['*.ml', '*.mll', '*.mly', '*.eliom'], interpreters: ['ocaml', 'ocamlrun'],
    grammar: { package: 'tree-sitter-ocaml', file: 'tree-sitter-ocaml.wasm' },
    comments: C_COMMENTS, exported: 'no_underscore',
  },
  {
    name: 'ocaml_interface', aliases: ['mli', 'ocaml-interface'], globs: ['*.mli', '*.eliomi'], interpreters: [],
    grammar: { package: 'tree-sitter-ocaml', file: 'tree-sitter-ocaml_interface.wasm' },
    comments: C_COMMENTS, exported: 'all',
  },
  {
    name: 'powershell', aliases: ['ps1', 'pwsh', 'posh'], globs: ['*.ps1', '*.psm1', '*.psd1'], interpreters: ['pwsh', 'powershell'],
    grammar: { package: 'tree-sitter-powershell', file: 'tree-sitter-powershell.wasm' },
    comments: C_COMMENTS, exported: 'all',
  },
  {
    name: 'r', aliases: ['rlang', 'rscript'], globs: ['*.r', '*.R', '*.rsx', '.Rprofile'], interpreters: ['Rscript', 'R', 'littler'],
    grammar: { package: '@davisvaughan/tree-sitter-r', file: 'tree-sitter-r.wasm' },
    comments: C_COMMENTS, exported: 'all',
  },
  {
    name: 'scala', aliases: ['sc', 'sbt'], globs: ['*.scala', '*.sc', '*.sbt', '*.mill', '*.kojo'], interpreters: ['scala', 'scala-cli'],
    grammar: { package: 'tree-sitter-scala', file: 'tree-sitter-scala.wasm' },
    comments: ['comment', 'block_comment'], exported: 'not_private',
  },
  {
    name: 'solidity', aliases: ['sol'], globs: ['*.sol'], interpreters: [],
    grammar: { package: 'tree-sitter-solidity', file: 'tree-sitter-solidity.wasm' },
    comments: C_COMMENTS, exported: 'not_private',
  },
  {
    name: 'svelte', aliases: [], globs: ['*.svelte'], interpreters: [],
    grammar: { package: '@tree-sitter-grammars/tree-sitter-svelte', file: 'tree-sitter-svelte.wasm' },
    comments: C_COMMENTS, exported: 'marked', binding: 'javascript', embedded: { language: 'typescript', only: scriptsOnly },
  },
  {
    name: 'swift', aliases: [], globs: ['*.swift', '*.swiftinterface'], interpreters: ['swift'],
    grammar: { package: '@repomix/tree-sitter-wasms', file: 'out/tree-sitter-swift.wasm' },
    comments: ['comment', 'multiline_comment'], exported: 'not_private', prepare: prepareSwift,
  },
  {
    name: 'toml', aliases: [], globs: ['*.toml', 'Cargo.lock', 'poetry.lock', 'uv.lock', 'Pipfile', 'Gopkg.lock'], interpreters: [],
    grammar: { package: '@tree-sitter-grammars/tree-sitter-toml', file: 'tree-sitter-toml.wasm' },
    comments: C_COMMENTS, exported: 'all',
  },
  {
    name: 'yaml', aliases: ['yml'], globs: ['*.yaml', '*.yml', '*.yaml.in', '*.sublime-syntax', '.clang-format', '.clang-tidy', '.clangd', '.gemrc', 'CITATION.cff'], interpreters: [],
    grammar: { package: '@tree-sitter-grammars/tree-sitter-yaml', file: 'tree-sitter-yaml.wasm' },
    comments: C_COMMENTS, exported: 'all',
  },
  {
    name: 'zig', aliases: ['zon'], globs: ['*.zig', '*.zon'], interpreters: ['zig'],
    grammar: { package: '@tree-sitter-grammars/tree-sitter-zig', file: 'tree-sitter-zig.wasm' },
    comments: C_COMMENTS, exported: 'marked',
  },
  {
    name: 'markdown', aliases: ['md', 'mdx'], globs: ['*.md', '*.markdown', '*.mdx', '*.mkd', '*.mdown', '*.qmd', '*.rmd', '*.Rmd'], interpreters: [],
    grammar: null, byHand: 'markdown', comments: [], exported: 'all',
  },
  {
    name: 'sql', aliases: ['mysql', 'postgresql', 'plsql', 'plpgsql', 'tsql', 'sqlite'],
    globs: ['*.sql', '*.ddl', '*.dml', '*.pgsql', '*.psql', '*.plsql', '*.mysql', '*.pls', '*.pks', '*.pkb', '*.tsql', '*.prc'], interpreters: [],
    grammar: null, byHand: 'sql', comments: [], exported: 'all',
  },
];

/** Every language outside `./major.ts`. */
export const MORE_LANGUAGES: readonly Language[] = [...PARSED_LANGUAGES, ...TEXT_LANGUAGES];
