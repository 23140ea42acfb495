import { breathe, throwIfAborted } from '../../base/mod.ts';
import { unpackChunks, type BlobId, type ChunkFact } from '../../domain/mod.ts';
import type { Place } from '../../store/mod.ts';
import type { Resolved } from '../scope/resolve.ts';
import { placesOf } from '../text/collect.ts';
import type { Sample } from './asked.ts';
import { candidatesFor, type Candidate } from './candidates.ts';
import { relate, signalsOf, weigh, type WeighedSketch } from './compare.ts';
import { cosine, meaningOf, NO_NEARNESS, type MeaningNearness, type SampleMeaning } from './nearness.ts';
import { sketchOf } from './sketch.ts';
import { backgroundOf, sketchAt } from './sketches.ts';

/** A file so short is compared as a whole, however short the sample is. */
const SHORT_FILE = 6_000;
/** More of one stretch adds nothing but time. */
const MOST_CHARS = 60_000;
/** Others have their turn after so long: a large sample takes a second or two. */
const BREATH_MILLIS = 20;

/** A stretch of a file beside the sample. */
export interface Compared {
  readonly blob: BlobId;
  readonly place: Place;
  readonly text: string;
  readonly facts: Uint8Array | undefined;
  /** The chunk to show. */
  readonly chunk: ChunkFact | null;
  readonly sketch: WeighedSketch;
  /** In the order of SIGNALS. */
  readonly signals: Float64Array;
  readonly meaning: MeaningNearness;
}

/** A file with the stretch of it that is most like the sample. */
export interface Scored extends Compared {
  readonly score: number;
}

/** All candidates of a scope beside the sample, in one or two stretches each. */
export async function compare(resolved: Resolved, sample: Sample, vector: SampleMeaning | null, signal?: AbortSignal): Promise<readonly Compared[]> {
  const [candidates, background] = await Promise.all([candidatesFor(resolved, sample.text, vector), backgroundOf(resolved)]);
  throwIfAborted(signal);
  const { store } = resolved;
  const ids = candidates.map(({ blob }) => blob);
  const [texts, facts, infos, places, near] = await Promise.all([
    store.files.texts(ids), store.files.facts(ids), store.files.blobs(ids), placesOf(resolved, ids), vector === null ? new Map<BlobId, MeaningNearness>() : meaningOf(store, ids, vector),
  ]);
  const words = vector?.words ?? null;
  const asked = weigh(sketchOf(sample.text, sample.language, { spell: words !== null }), background);
  const theme = words?.theme(asked, background) ?? null;
  const out: Compared[] = [];
  let breathedAt = performance.now();
  for (const candidate of candidates) {
    if (performance.now() - breathedAt > BREATH_MILLIS) {
      await breathe();
      throwIfAborted(signal);
      breathedAt = performance.now();
    }
    const { blob } = candidate;
    const text = texts.get(blob);
    const place = places.get(blob)?.[0];
    if (text === undefined || place === undefined) continue;
    const packed = facts.get(blob);
    const language = infos.get(blob)?.language ?? 'text';
    const chunks = packed === undefined ? [] : unpackChunks(packed);
    for (const [start, end, chunk] of stretchesOf(candidate, text, chunks, sample)) {
      const sketch = weigh(sketchAt(store, blob, text, language, place.entry.path, start, end), background);
      const meaning = near.get(blob) ?? NO_NEARNESS;
      out.push({
        blob, place, text, facts: packed, chunk, sketch, signals: signalsOf(asked, sketch),
        meaning: theme === null || words === null ? meaning : { ...meaning, theme: cosine(theme, words.theme(sketch, background)) },
      });
    }
  }
  relate(out.map(({ signals }) => signals));
  const nearest = out.reduce((most, each) => Math.max(most, each.meaning.theme), 0);
  return nearest <= 0 ? out : out.map((each) => ({ ...each, meaning: { ...each.meaning, relativeTheme: each.meaning.theme / nearest } }));
}

/**
 * What of a file is compared: all of it where it is about as long as the sample, and where it is longer the chunk that is
 * nearest by words with as many of its neighbours as make it as long. Of the sample's own file, every chunk beside it.
 */
function* stretchesOf({ blob, chunk: index }: Candidate, text: string, chunks: readonly ChunkFact[], sample: Sample): Generator<readonly [number, number, ChunkFact | null]> {
  const wanted = sample.text.length;
  const { own } = sample;
  const chunk = chunks[index] ?? null;
  if (own !== null && own.blob === blob) {
    for (const other of chunks) if (other.span.start >= own.end || other.span.end <= own.start) yield [other.span.start, other.span.end, other];
    return;
  }
  if (text.length <= Math.max(3 * wanted, SHORT_FILE) || chunk === null) yield [0, Math.min(text.length, MOST_CHARS), chunk];
  if (chunk === null || text.length <= 2 * wanted) return;
  let [first, last] = [index, index];
  const size = (): number => (chunks[last] as ChunkFact).span.end - (chunks[first] as ChunkFact).span.start;
  while (size() < wanted && (first > 0 || last < chunks.length - 1)) {
    if (last < chunks.length - 1) last++;
    if (first > 0 && size() < wanted) first--;
  }
  yield [(chunks[first] as ChunkFact).span.start, (chunks[last] as ChunkFact).span.end, chunk];
}
