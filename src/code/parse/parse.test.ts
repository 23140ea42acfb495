import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Parser, Query, Language as TreeSitterLanguage } from 'web-tree-sitter';
import { LIMITS } from '../../base/mod.ts';
import { languageNamed } from '../languages/detect.ts';
import { grammarBytes, querySource } from './assets.ts';
import { check, factsOf } from './check.ts';
import { Grammar, openRuntime, parseDeadline } from './grammar.ts';

test('a doc comment is found through decorators and joined from lines; a blank line cuts it off', async () => {
  await check('python', '# Far away.\n\n# One.\n# Two.\n@cached\ndef f(): pass\n', `
    6 function f | exported | def f(): | # One. # Two.

    5 call cached`);
  await check('java', '/** Old. */\n\nclass A {\n /** Does. */\n @Override\n public void b() {} }', `
    3 class A | exported | class A
    6 method b < A | exported | @Override public void b() | /** Does. */

    5 type Override < b`);
});

test('a comment between a head and its body is no part of the signature', async () => {
  await check('python', 'def f(\n    a="#x", b=1,\n):  # why\n    # more\n    # still\n    return a\n', `
    1 function f | exported | def f( a="#x", b=1, ):

    2 read a < f
    2 read b < f
    6 read a < f`);
});

test('a comment behind code documents nothing below it', async () => {
  await check('c', 'int a; /* of a */\nint b;\n', '1 variable a | exported | int a;\n2 variable b | exported | int b;');
});

test('a doc string is that of what it stands in, not of the first member below it', async () => {
  await check('python', 'class A:\n    """Of A."""\n    x = 1\n', '1 class A | exported | class A: | """Of A."""\n3 field x < A | exported | x = 1');
});

test('members written outside their type have it as container', async () => {
  await check('go', 'package p\ntype T struct{}\nfunc (t *T) M() {}\nfunc (u U) N() {}\n', `
    1 package p | local | package p
    2 struct T | exported | type T struct{}
    3 method M < T | exported | func (t *T) M()
    4 method N | exported | func (u U) N()

    3 read t < M
    3 type T < M
    4 read u < N
    4 type U < N`);
});

test('a use inside a local constant belongs to the function around it', async () => {
  const source = 'function f() {\n  const a = g();\n}\n';
  const facts = await factsOf('typescript', source);
  const call = facts.occurrences.find((occurrence) => occurrence.role === 'call');
  assert.equal(facts.symbols[call?.symbol ?? -1]?.name, 'f');
});

test('C: of uneven branches the first counts, of even ones all; dead code defines nothing', async () => {
  const source = '#ifdef A\nint f(int a) {\n#else\nint g(void) {\n#endif\n return 1;\n}\n#if X\nint h(void) { return 2; }\n#elif Y\nint i(void) { return 3; }\n#endif\n#if 0\nint dead(void) { }\n#else\nint alive(void) { }\n#endif\nint last;\n';
  const facts = await factsOf('c', source);
  assert.deepEqual(facts.symbols.map((symbol) => symbol.name), ['f', 'h', 'i', 'alive', 'last']);
});

test('C++: macros before names and behind heads are no names, and offsets stand', async () => {
  const facts = await factsOf('cpp', 'class GTEST_API_ Reporter : public Base {\n  FMT_API void run() const GTEST_LOCK_EXCLUDED_(mutex_) {}\n};\n');
  assert.deepEqual(facts.symbols.map((symbol) => `${symbol.kind} ${symbol.name} ${symbol.nameStart}`), ['class Reporter 17', 'method run 57']);
});

test('a header with C++ in it is read as C++', async () => {
  const facts = await factsOf('c', 'namespace a {\nclass B { public: int c(); };\n}\n', 'include/b.h');
  assert.deepEqual(facts.symbols.map((symbol) => `${symbol.kind} ${symbol.name}`), ['namespace a', 'class B', 'method c']);
});

test('chunks: a class above the aim is cut at its members, small neighbours are joined', async () => {
  const member = (index: number): string => `  /** Member ${index}. */\n  method${index}() {\n${'    this.call();\n'.repeat(75)}  }\n`;
  const source = `const a = 1;\nconst b = 2;\n\nexport class Large {\n  field = 1;\n${[0, 1, 2, 3].map(member).join('')}}\n`;
  const facts = await factsOf('javascript', source);
  const names = facts.chunks.map((chunk) => facts.symbols[chunk.symbol]?.name);
  assert.deepEqual(names, ['method0', 'method1', 'method2', 'method3']);
  assert.ok(source.slice(facts.chunks[1]?.span.start).startsWith('  /** Member 1. */'));
});

test('chunks: a long function is cut between statements, and a line longer than a chunk in itself', async () => {
  const long = await factsOf('python', `def f():\n${'    call(1)\n\n'.repeat(900)}`);
  assert.ok(long.chunks.length > 4);
  assert.ok(long.chunks.every((chunk) => chunk.span.end - chunk.span.start <= LIMITS.chunkMaxChars));
  const line = await factsOf('javascript', `const a = "${'\u{1f600}'.repeat(9_000)}";`);
  assert.ok(line.chunks.length >= 6);
});

const HOSTILE: Readonly<Record<string, string>> = {
  empty: '',
  blank: ' \n\t\r\n',
  'nested brackets': '('.repeat(100_000),
  'nested braces': '{'.repeat(100_000),
  'nested types': 'struct a { '.repeat(900),
  'closing brackets': '}])'.repeat(8_000),
  'unterminated string': 'x = "abc\n y = \'def',
  'unterminated comment': 'int a; /* never ends\n int b;',
  'NUL and binary': Array.from({ length: 4_000 }, (_, i) => String.fromCharCode((i * 7_919) % 256)).join(''),
  'lone surrogates': 'a = "\ud800"; \udc00 = b;\n',
  'astral names': 'int \u{1d465} = 1; class \u{1d400} {}\n',
  'no line breaks': 'a '.repeat(15_000),
  'only line breaks': '\n'.repeat(50_000),
  'backslashes': '\\\n'.repeat(2_000),
  'open conditions': '#if A\n{\n#else\n'.repeat(2_000),
};

for (const name of ['c', 'cpp', 'javascript', 'typescript', 'tsx', 'python', 'go', 'java', 'rust', 'ruby', 'csharp', 'php']) {
  test(`${name}: hostile texts give sound facts`, async () => {
    for (const [what, text] of Object.entries(HOSTILE)) {
      await assert.doesNotReject(factsOf(name, text), `${name} reads ${what}`);
    }
  });
}

test('nesting above the limit is a problem, and the text is still cut into chunks', async () => {
  const facts = await factsOf('javascript', `x = ${'['.repeat(2_000)}`);
  assert.deepEqual(facts.problems.map(({ kind }) => kind), ['too_deep']);
  assert.equal(facts.chunks.length, 1);
});

test('lines and offsets stand after a byte order mark, with CRLF and after astral characters', async () => {
  for (const language of ['c', 'cpp']) {
    const facts = await factsOf(language, '\ufeff/* \u{1f600} */\r\nint a;\r\n#define B \\\r\n 1\r\nint c;\r\n');
    assert.deepEqual(facts.symbols.map(({ name, nameLine }) => [name, nameLine]), [['a', 2], ['B', 3], ['c', 5]]);
  }
});

test('parsing that takes too long is given up, and the parser is fit for the next file', async () => {
  const parser = await openRuntime();
  const grammar = await Grammar.load(languageNamed('go') ?? assert.fail());
  const source = 'package p\n' + 'func f() { a = b }\n'.repeat(20_000);
  assert.equal(grammar.run(parser, 'a.go', source, performance.now() + 5, () => undefined), 'timeout');
  let matches = 0;
  assert.equal(grammar.run(parser, 'b.go', 'package p\n', parseDeadline(), () => matches++), 'done');
  assert.ok(matches > 0);
});

test('matches read from memory are those that web-tree-sitter reports', async () => {
  const language = languageNamed('go') ?? assert.fail();
  const parser: Parser = await openRuntime();
  const source = querySource('go', 'outline.scm') + querySource('go', 'references.scm');
  const text = 'package p\n\nimport "fmt"\n\n// T.\ntype T struct{ a, b int }\n\nfunc (t *T) M(x map[string]T) { fmt.Println(t.a, "\u{1f600}é", x) }\n';
  const grammar = await Grammar.load({ ...language, comments: [] });
  const ours: string[] = [];
  grammar.run(parser, 'a.go', text, parseDeadline(), (pattern, data, from, to) => {
    for (let i = from; i < to; i += 3) ours.push(`${pattern} ${grammar.captureNames[data[i] as number]} ${data[i + 1]}-${data[i + 2]}`);
  });
  const go = await TreeSitterLanguage.load(grammarBytes(language.grammar ?? assert.fail()));
  parser.setLanguage(go);
  const tree = parser.parse(text) ?? assert.fail();
  const theirs = new Query(go, source).matches(tree.rootNode).flatMap((match) =>
    match.captures.map(({ name, node }) => `${match.patternIndex} ${name} ${node.startIndex}-${node.endIndex}`));
  assert.deepEqual(ours, theirs);
});
