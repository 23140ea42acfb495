/** A text whose language has no grammar here: nothing but chunks by blank lines and indentation. */
import type { Facts } from '../../domain/mod.ts';
import { chunksOf } from './chunk.ts';
import { Lines } from './lines.ts';

/** Facts without symbols, with the reason. */
export function textOnlyFacts(text: string, problem: Facts['problems'][number]): Facts {
  return { symbols: [], occurrences: [], imports: [], comments: [], chunks: chunksOf(text, new Lines(text), []), problems: [problem] };
}
