/** A text without facts beyond itself: nothing but chunks by blank lines and indentation. */
import type { Facts, Problem } from '../../domain/mod.ts';
import { chunksOf } from './chunk.ts';
import { Lines } from './lines.ts';

/** Chunks of a text that is not to be parsed; that is no problem of its own. */
export function plainFacts(text: string): Facts {
  return { symbols: [], occurrences: [], imports: [], comments: [], chunks: chunksOf(text, new Lines(text), []), problems: [] };
}

/** Chunks of a text that could not be parsed, with the reason. */
export function textOnlyFacts(text: string, problem: Problem): Facts {
  return { ...plainFacts(text), problems: [problem] };
}
