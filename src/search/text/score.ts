import { comparePaths } from '../../base/mod.ts';
import { partsOf } from '../../words/mod.ts';
import type { BlobId, SymbolFact } from '../../domain/mod.ts';
import type { Place } from '../../store/mod.ts';
import { symbolsOf } from '../answer/result.ts';
import { readPath } from '../rank/place.ts';
import type { Resolved } from '../scope/resolve.ts';
import type { LineHit } from '../verify/matcher.ts';
import type { FileHits } from './collect.ts';

export interface ScoredLine {
  readonly file: FileHits;
  readonly place: Place;
  readonly hit: LineHit;
  readonly score: number;
  readonly why: readonly string[];
}

/** How much each sign is worth. Plain sums: the reader of `why` can add them up. */
const WORTH = { definition: 4, wholeWord: 1, exactCase: 0.5, path: 1, atoms: 2, test: -1, vendored: -1, example: -0.5, legacy: -0.5 };
/** Each further line of one file is worth this much of the one before. */
const FURTHER_LINE = 0.75;

/** The `most` best lines of a window, best first; ties by path and line. */
export async function scoreLines(
  resolved: Resolved,
  files: readonly FileHits[],
  query: { names: readonly string[]; definers: ReadonlyMap<BlobId, readonly string[]>; atoms: number; most: number },
): Promise<readonly ScoredLine[]> {
  const defining = files.filter(({ blob }) => query.definers.has(blob)).map(({ blob }) => blob);
  const facts = defining.length === 0 ? new Map<BlobId, Uint8Array>() : await resolved.store.files.facts(defining);
  const names = new Set(query.names.map((name) => name.toLowerCase()));
  const words = query.names.flatMap(partsOf);
  const out: ScoredLine[] = [];
  for (const file of files) {
    const definitions = new Map<number, SymbolFact>();
    for (const symbol of symbolsOf(facts.get(file.blob), file.text)) if (names.has(symbol.name.toLowerCase())) definitions.set(symbol.nameStart, symbol);
    const lines = file.lines.map((hit) => scoreLine(file.text, hit, definitions, query));
    // Further lines of one file only ever fall behind its better ones.
    const order = lines.map((_, at) => at).sort((a, b) => (lines[b]?.score ?? 0) - (lines[a]?.score ?? 0) || a - b).slice(0, query.most);
    for (const place of file.places) {
      const own = scorePath(place.entry.path, words);
      order.forEach((at, rank) => {
        const line = lines[at] as { score: number; why: readonly string[] };
        const score = (line.score + 10) * FURTHER_LINE ** rank + own.score;
        out.push({ file, place, hit: file.lines[at] as LineHit, score: Math.round(score * 1000) / 1000, why: own.why.length === 0 ? line.why : [...line.why, ...own.why] });
      });
    }
  }
  return out.sort((a, b) => b.score - a.score || comparePaths(a.place.entry.path, b.place.entry.path) || a.place.view - b.place.view || a.hit.lineStart - b.hit.lineStart).slice(0, query.most);
}

function scoreLine(text: string, hit: LineHit, definitions: ReadonlyMap<number, SymbolFact>, query: { names: readonly string[]; atoms: number }): { score: number; why: readonly string[] } {
  let score = 0;
  const why: string[] = [];
  const add = (worth: number, reason: string): void => {
    score += worth;
    why.push(reason);
  };
  const definition = hit.matches.find(([start]) => definitions.has(start));
  if (definition !== undefined) add(WORTH.definition, `defines ${definitions.get(definition[0])?.name}`);
  if (hit.matches.some(([start, end]) => end > start && !isWordAt(text, start - 1) && !isWordAt(text, end))) add(WORTH.wholeWord, 'whole word');
  if (query.names.some((name) => hit.matches.some(([start, end]) => text.slice(start, end) === name))) add(WORTH.exactCase, 'same case');
  if (query.atoms > 1) add((WORTH.atoms * hit.atoms) / query.atoms, hit.atoms === query.atoms ? 'all parts on one line' : `${hit.atoms} of ${query.atoms} parts on the line`);
  return { score, why };
}

function isWordAt(text: string, at: number): boolean {
  return at >= 0 && at < text.length && /[\p{L}\p{N}_]/u.test(text[at] as string);
}

function scorePath(path: string, words: readonly string[]): { score: number; why: readonly string[] } {
  const signs = signsOf(path);
  let { score } = signs;
  if (words.length === 0) return signs;
  const why: string[] = [];
  const lower = path.toLowerCase();
  if (words.length > 0 && words.some((word) => word.length > 2 && lower.includes(word))) {
    score += WORTH.path;
    why.push('in the path');
  }
  return { score, why: [...why, ...signs.why] };
}

const PATHS_KEPT = 20_000;
const known = new Map<string, { score: number; why: readonly string[] }>();

/** What a path tells whatever the query is: a common word meets the same few hundred files again and again. */
function signsOf(path: string): { score: number; why: readonly string[] } {
  const found = known.get(path);
  if (found !== undefined) return found;
  const evidence = readPath(path);
  let score = -evidence.depth * 0.02;
  const why: string[] = [];
  for (const sign of ['test', 'vendored', 'example', 'legacy'] as const) {
    if (!evidence[sign]) continue;
    score += WORTH[sign];
    why.push(`${sign}, lower`);
  }
  if (known.size >= PATHS_KEPT) known.clear();
  const signs = { score, why };
  known.set(path, signs);
  return signs;
}
