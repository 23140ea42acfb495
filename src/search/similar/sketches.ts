import type { BlobId } from '../../domain/mod.ts';
import type { Store } from '../../store/mod.ts';
import type { Resolved } from '../scope/resolve.ts';
import { Background } from './compare.ts';
import { sketchOf, type Sketch } from './sketch.ts';

/** Sketches kept of one store: some 10 KB each. */
const KEPT = 2_500;
/** Files whose features stand for all of a scope's, and how much of each is read. */
const SAMPLED = 384;
const SAMPLED_CHARS = 6_000;
/** Of a large scope fewer: each stands in a pack of its own, and nobody waits for seconds. */
const MANY_FILES = 10_000;
const SAMPLED_OF_MANY = 192;
const SAMPLED_CHARS_OF_MANY = 2_500;
const BACKGROUNDS = 12;

interface Cache {
  readonly sketches: Map<string, Sketch>;
  readonly backgrounds: Map<string, Promise<Background>>;
}

const caches = new WeakMap<Store, Cache>();

function cacheOf(store: Store): Cache {
  let cache = caches.get(store);
  if (cache === undefined) caches.set(store, (cache = { sketches: new Map(), backgrounds: new Map() }));
  return cache;
}

/** The sketch of a stretch of a blob, made once: contents never change under an id. */
export function sketchAt(store: Store, blob: BlobId, text: string, language: string, path: string, start: number, end: number): Sketch {
  const { sketches } = cacheOf(store);
  const key = `${blob}:${start}:${end}:${path}`;
  const known = sketches.get(key);
  if (known !== undefined) {
    // Last used, last dropped.
    sketches.delete(key);
    sketches.set(key, known);
    return known;
  }
  const sketch = sketchOf(text.slice(start, end), language, { path, spell: true });
  if (sketches.size >= KEPT) sketches.delete(sketches.keys().next().value as string);
  sketches.set(key, sketch);
  return sketch;
}

/** How common features are in a scope, from a part of its files taken evenly: the same part every time. */
export async function backgroundOf(resolved: Resolved): Promise<Background> {
  const { store, scope, within } = resolved;
  const { backgrounds } = cacheOf(store);
  const tests = [...scope.paths, ...scope.notPaths].map(({ key }) => key);
  const key = JSON.stringify([scope.views, scope.languages, scope.notLanguages, tests, resolved.repositories.map(({ generation }) => generation)]);
  let background = backgrounds.get(key);
  if (background === undefined) {
    if (backgrounds.size >= BACKGROUNDS) backgrounds.delete(backgrounds.keys().next().value as string);
    backgrounds.set(key, (background = gather(store, within.toArray())));
    background.catch(() => backgrounds.delete(key));
  }
  return background;
}

async function gather(store: Store, all: ArrayLike<BlobId>): Promise<Background> {
  const many = all.length > MANY_FILES;
  const taken = Math.min(many ? SAMPLED_OF_MANY : SAMPLED, all.length);
  const chars = many ? SAMPLED_CHARS_OF_MANY : SAMPLED_CHARS;
  const ids = Array.from({ length: taken }, (_, at) => all[Math.floor((at * all.length) / taken)] as BlobId);
  const background = new Background();
  for (let at = 0; at < ids.length; at += 64) {
    const some = ids.slice(at, at + 64);
    const [texts, infos] = await Promise.all([store.files.texts(some), store.files.blobs(some)]);
    for (const id of some) background.add(sketchOf((texts.get(id) ?? '').slice(0, chars), infos.get(id)?.language ?? 'text'));
  }
  return background;
}
