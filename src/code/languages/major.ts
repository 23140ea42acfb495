import type { Language } from './language.ts';
import { prepareCpp } from './prepare-cpp.ts';

const C_COMMENTS = ['comment'];
const JAVA_COMMENTS = ['line_comment', 'block_comment'];

/** The languages whose outline, references and bindings are held against universal-ctags and real corpora. */
export const MAJOR_LANGUAGES: readonly Language[] = [
  {
    name: 'c', aliases: [], globs: ['*.c', '*.h', '*.idc'], interpreters: ['tcc'],
    grammar: null, byHand: 'c',
    comments: C_COMMENTS, exported: 'not_static', binding: 'c',
  },
  {
    name: 'cpp', aliases: ['c++', 'cxx', 'cc', 'hpp'],
    globs: ['*.cpp', '*.cc', '*.cxx', '*.c++', '*.C', '*.hpp', '*.hh', '*.hxx', '*.h++', '*.H', '*.ipp', '*.inl', '*.tpp', '*.txx', '*.ixx', '*.cppm', '*.cu', '*.cuh', '*.ino'],
    interpreters: [], grammar: { package: 'tree-sitter-cpp', file: 'tree-sitter-cpp.wasm' },
    comments: C_COMMENTS, exported: 'not_static', prepare: prepareCpp, binding: 'c',
  },
  {
    name: 'javascript', aliases: ['js', 'jsx', 'node', 'ecmascript'], globs: ['*.js', '*.mjs', '*.cjs', '*.jsx', '*.es6', '*.jsm', 'Jakefile'],
    interpreters: ['node', 'nodejs', 'bun', 'deno'], grammar: { package: 'tree-sitter-javascript', file: 'tree-sitter-javascript.wasm' },
    comments: ['comment', 'html_comment'], exported: 'marked', binding: 'javascript',
  },
  {
    name: 'typescript', aliases: ['ts'], globs: ['*.ts', '*.mts', '*.cts'], interpreters: ['ts-node', 'tsx'],
    grammar: { package: 'tree-sitter-typescript', file: 'tree-sitter-typescript.wasm' },
    comments: ['comment'], exported: 'marked', binding: 'javascript',
  },
  {
    name: 'tsx', base: 'typescript', aliases: [], globs: ['*.tsx'], interpreters: [],
    grammar: { package: 'tree-sitter-typescript', file: 'tree-sitter-tsx.wasm' },
    comments: ['comment'], exported: 'marked', binding: 'javascript',
  },
  {
    name: 'python', aliases: ['py', 'python3'], globs: ['*.py', '*.pyi', '*.pyw', '*.wsgi', '*.gyp', '*.gypi', 'SConstruct', 'SConscript', 'wscript'],
    interpreters: ['python', 'python2', 'python3', 'pypy', 'pypy3', 'uv'], grammar: { package: 'tree-sitter-python', file: 'tree-sitter-python.wasm' },
    comments: ['comment'], exported: 'no_underscore', binding: 'python',
  },
  {
    name: 'go', aliases: ['golang'], globs: ['*.go'], interpreters: [],
    grammar: { package: 'tree-sitter-go', file: 'tree-sitter-go.wasm' },
    comments: ['comment'], exported: 'capital', binding: 'go',
  },
  {
    name: 'java', aliases: [], globs: ['*.java'], interpreters: [],
    grammar: { package: 'tree-sitter-java', file: 'tree-sitter-java.wasm' },
    comments: JAVA_COMMENTS, exported: 'not_private', binding: 'java',
  },
  {
    name: 'rust', aliases: ['rs'], globs: ['*.rs'], interpreters: [],
    grammar: { package: 'tree-sitter-rust', file: 'tree-sitter-rust.wasm' },
    comments: JAVA_COMMENTS, exported: 'marked', binding: 'rust',
  },
  {
    name: 'ruby', aliases: ['rb'],
    globs: ['*.rb', '*.rake', '*.gemspec', '*.ru', '*.rbw', '*.podspec', '*.jbuilder', '*.thor', 'Rakefile', 'Gemfile', 'Guardfile', 'Vagrantfile', 'Capfile', 'Podfile', 'Brewfile', 'Fastfile', 'Appraisals'],
    interpreters: ['ruby', 'jruby', 'rake'], grammar: { package: 'tree-sitter-ruby', file: 'tree-sitter-ruby.wasm' },
    comments: ['comment'], exported: 'all',
  },
  {
    name: 'csharp', aliases: ['c#', 'cs', 'c-sharp'], globs: ['*.cs', '*.csx', '*.cake'], interpreters: ['dotnet-script'],
    grammar: { package: 'tree-sitter-c-sharp', file: 'tree-sitter-c_sharp.wasm' },
    comments: ['comment'], exported: 'marked',
  },
  {
    name: 'php', aliases: [], globs: ['*.php', '*.phtml', '*.php3', '*.php4', '*.php5', '*.php7', '*.php8', '*.phps', '*.inc'], interpreters: ['php'],
    grammar: { package: 'tree-sitter-php', file: 'tree-sitter-php.wasm' },
    comments: ['comment'], exported: 'not_private',
  },
];
