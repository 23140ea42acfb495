import { setFlagsFromString } from 'node:v8';
import { Language, Parser, Query } from 'web-tree-sitter';
import { grammarBytes } from './assets.ts';

/**
 * Lets V8 optimize the runtime, and keeps it from optimizing grammars.
 *
 * A grammar's lexer is one function of up to 160 KB of WebAssembly: optimizing the one of TypeScript takes 1.2 s and
 * 690 MB at once (measured), and the baseline code of it is nearly as fast. The runtime's own loops are small and gain
 * much. V8 has no switch for one module, so the runtime is warmed up with a grammar of a few bytes under a low
 * threshold, and then no further function is optimized.
 */
const WARM_UP = ['--wasm-tiering-budget=30000'];
const KEEP_BASELINE = ['--no-wasm-tier-up', '--no-wasm-dynamic-tiering'];
const ROUNDS = 6;
/** Here matches become objects, which costs more than finding them. */
const QUERIED_ROUNDS = 2;
const QUERY = '(pair key: (string) @key value: (_) @value) (array (_) @item) (object) @object';

export async function warmUp(): Promise<void> {
  for (const flag of WARM_UP) setFlagsFromString(flag);
  const language = await Language.load(grammarBytes({ package: 'tree-sitter-json', file: 'tree-sitter-json.wasm' }));
  const parser = new Parser();
  parser.setLanguage(language);
  const query = new Query(language, QUERY);
  const text = JSON.stringify(Array.from({ length: 150 }, (_, i) => ({ name: `item ${i}`, list: [i, { nested: [true, null, i / 3] }], text: 'x"y' })));
  for (let round = 0; round < ROUNDS; round++) {
    // Broken text makes the runtime's recovery run too.
    const tree = parser.parse(round % 3 === 2 ? text.replaceAll('},{', '},,{') : text);
    if (tree === null) break;
    if (round < QUERIED_ROUNDS) query.matches(tree.rootNode);
    tree.delete();
  }
  query.delete();
  parser.delete();
  for (const flag of KEEP_BASELINE) setFlagsFromString(flag);
}
