import { performance } from 'node:perf_hooks';
import { LIMITS } from '../../base/mod.ts';
import { lookupTerm } from '../../words/mod.ts';
import type { Atom, BlobId } from '../../domain/mod.ts';
import type { Resolved } from '../scope/resolve.ts';
import type { FileMatcher } from '../verify/matcher.ts';
import { candidatesOf, placesOf, verify, type FileHits } from './collect.ts';
import { scoreLines, type ScoredLine } from './score.ts';

/** Candidates that are looked at together and ordered by score: enough to find the telling places of a common word. */
const WINDOW = 100;
/** A window whose page is full ends after so much text too: counted, not timed, so that a page is the same every time. */
const WINDOW_CHARS = 1_500_000;
/** Lines kept of one file within a window; its other lines are counted. */
const LINES_OF_FILE = 50;
/** With more candidates it pays to ask which of them hold the name as a whole word. */
const MANY = 40;
/** The rest of a page that is full is counted through so much text; in characters, so that a total is the same every time. */
const COUNT_CHARS = 250_000;
/** Where reading is slow, counting ends earlier. */
const COUNT_MILLIS = 15;

/** Where the next page begins: within the window of candidates [from, to) after `skip` lines. */
export interface PagePosition {
  readonly from: number;
  readonly to: number;
  readonly skip: number;
}

export interface Page {
  readonly lines: readonly ScoredLine[];
  readonly total: { readonly value: number; readonly exact: boolean };
  readonly next: PagePosition | null;
}

/** One page in order of score, window by window of candidates; the total is a lower bound where counting took too long. */
export async function pageOfHits(resolved: Resolved, matcher: FileMatcher, options: { at: PagePosition | null; limit: number; signal: AbortSignal | undefined }): Promise<Page> {
  const started = performance.now();
  const names = namesOf(matcher.positive);
  const [candidates, definers] = await Promise.all([candidatesOf(resolved, matcher), definersOf(resolved, names)]);
  const ids = definersFirst(await holdersFirst(resolved, candidates, names), definers);
  const window = { from: options.at?.from ?? 0, skip: options.at?.skip ?? 0 };
  const found: FileHits[] = [];
  let count = 0;
  let looked = window.from;
  const enough = options.limit + window.skip;
  const fixedEnd = options.at !== null && options.at.to > window.from ? options.at.to : null;
  const proceed = (at: number, chars: number): boolean => (fixedEnd !== null ? at < fixedEnd
    : ((at - window.from < WINDOW && chars < WINDOW_CHARS) || count < enough) && performance.now() - started < LIMITS.searchMillis);
  looked = await verify(resolved, matcher, ids, { from: window.from, signal: options.signal, proceed }, (blob, text) => {
    const lines = matcher.lines(LINES_OF_FILE);
    if (lines.length === 0) return;
    const own = lines.length < LINES_OF_FILE ? lines.length : matcher.count();
    count += own;
    found.push({ blob, text, places: [], lines, count: own });
  });
  const end = looked;
  const places = await placesOf(resolved, found.map(({ blob }) => blob));
  const placed = found.flatMap((file) => (places.has(file.blob) ? [{ ...file, places: places.get(file.blob) ?? [] }] : []));
  let total = placed.reduce((sum, { count: own, places: at }) => sum + own * at.length, 0);
  const scored = await scoreLines(resolved, placed, { names, definers, atoms: matcher.positive.length, most: enough });
  const inWindow = placed.reduce((sum, file) => sum + file.lines.length * file.places.length, 0);
  const lines = scored.slice(window.skip, window.skip + options.limit);
  const more = window.skip + lines.length < inWindow;
  const rest = await countRest(resolved, matcher, ids, end, options.signal);
  total += rest.total;
  const next = more ? { from: window.from, to: end, skip: window.skip + lines.length } : end < ids.length && (rest.total > 0 || !rest.done) ? { from: end, to: 0, skip: 0 } : null;
  return { lines, total: { value: total, exact: rest.done && window.from === 0 }, next };
}

async function countRest(resolved: Resolved, matcher: FileMatcher, ids: ArrayLike<BlobId>, from: number, signal: AbortSignal | undefined): Promise<{ total: number; done: boolean }> {
  if (from >= ids.length) return { total: 0, done: true };
  const counts = new Map<BlobId, number>();
  const started = performance.now();
  const proceed = (_looked: number, chars: number): boolean => chars < COUNT_CHARS && performance.now() - started < COUNT_MILLIS;
  const end = await verify(resolved, matcher, ids, { from, signal, proceed }, (blob) => {
    const count = matcher.count();
    if (count > 0) counts.set(blob, count);
  });
  const places = await placesOf(resolved, [...counts.keys()]);
  let total = 0;
  for (const [blob, count] of counts) total += count * (places.get(blob)?.length ?? 0);
  return { total, done: end >= ids.length };
}

/** Literals that are whole names: their definitions are worth finding first. */
function namesOf(atoms: readonly Atom[]): readonly string[] {
  return atoms.flatMap((atom) => (atom.kind === 'literal' && /^[\p{L}_$][\p{L}\p{N}_$]{2,}$/u.test(atom.text) ? [atom.text] : [])).slice(0, 8);
}

async function definersOf(resolved: Resolved, names: readonly string[]): Promise<ReadonlyMap<BlobId, readonly string[]>> {
  const out = new Map<BlobId, string[]>();
  for (const name of names) {
    const hits = await resolved.store.symbols.names({ repositories: resolved.repositoryIds, within: resolved.within, name: name.toLowerCase(), match: 'exact', limit: 1 });
    for (const { blobs } of hits) {
      for (const blob of blobs.subarray(0, WINDOW)) {
        const own = out.get(blob);
        if (own === undefined) out.set(blob, [name]);
        else own.push(name);
      }
    }
  }
  return out;
}

/** Candidates with the names as whole words come first: they match for certain and score best, so a page fills with few texts read. */
async function holdersFirst(resolved: Resolved, candidates: Uint32Array, names: readonly string[]): Promise<Uint32Array> {
  const terms = names.flatMap((name) => lookupTerm(name) ?? []);
  if (candidates.length <= MANY || terms.length === 0) return candidates;
  const holders = await resolved.store.terms.blobsWithAll(resolved.repositoryIds, terms, resolved.within);
  const out = new Uint32Array(candidates.length);
  const others = new Uint32Array(candidates.length);
  let held = 0;
  let other = 0;
  let at = 0;
  for (const id of candidates) {
    while (at < holders.length && (holders[at] as number) < id) at++;
    if (holders[at] === id) out[held++] = id;
    else others[other++] = id;
  }
  out.set(others.subarray(0, other), held);
  return out;
}

function definersFirst(candidates: Uint32Array, definers: ReadonlyMap<BlobId, unknown>): Uint32Array {
  if (definers.size === 0 || candidates.length <= WINDOW) return candidates;
  const first = candidates.filter((id) => definers.has(id));
  const out = new Uint32Array(candidates.length);
  out.set(first);
  let at = first.length;
  for (const id of candidates) if (!definers.has(id)) out[at++] = id;
  return out;
}
