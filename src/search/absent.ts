/** What is said of a name or a word that nothing holds: its absence is the answer, and what comes near is named. */
import { partsOf, stem } from '../words/mod.ts';
import type { Resolved } from './scope/resolve.ts';
import { findDefinitions } from './symbols/definitions.ts';
import { splitName } from './symbols/name.ts';
import { searchLines } from './text/search.ts';

const NAMES_SHOWN = 5;

/** Whether a name stands nowhere, however its parts are joined: `getUser` is `get_user` and `GET-USER` too, `retries` is `retried`. */
export async function isNowhere(resolved: Resolved, name: string): Promise<boolean> {
  const parts = partsOf(splitName(name).last);
  const single = parts.length === 1 ? stem(parts[0] as string).replace(/i$/, '') : null;
  const source = (single === null ? parts : [single]).map((part) => part.replaceAll(/[^\p{L}\p{N}]/gu, '.')).join('[-_ ]?');
  const { results } = await searchLines(resolved, { kind: 'atom', atom: { kind: 'regex', source, caseSensitive: false } }, { query: source, limit: 1 }, source);
  return results.length === 0;
}

/** Says that a name is nowhere in what was searched, if anything was, which names come near, and what else may be asked. */
export async function absence(resolved: Resolved, name: string): Promise<readonly string[]> {
  if (resolved.within.size === 0) return [];
  const { found } = await findDefinitions(resolved, name);
  const near = [...new Set(found.map(({ symbol }) => symbol.name))].slice(0, NAMES_SHOWN);
  const nearest = near.length === 0 ? '' : ` The nearest names: ${near.join(', ')}.`;
  return [`Nothing that was searched holds ${JSON.stringify(name)}.${nearest}${partsOf(name).length < 2 ? '' : ' Mode hybrid ranks by its parts and by meaning.'}`];
}

export function byMeaningAlone(word: string): string {
  return `Nothing that was searched holds ${JSON.stringify(word)}; the results are near to it in meaning.`;
}
