import type { BlobId, RepositoryId } from '../../domain/mod.ts';
import type { VectorHit, Vectors } from '../ports.ts';
import type { Core } from './core.ts';

/** Exact search: every vector in scope is compared. */
export function makeVectors(core: Core): Vectors {
  const { reader } = core;
  const rows = reader
    .prepare<[RepositoryId, string], [BlobId, number, Buffer]>(
      'SELECT vector.blob, vector.chunk, vector.data FROM blob JOIN vector ON vector.blob = blob.id WHERE blob.repository = ? AND vector.model = ?',
    )
    .raw();
  const count = reader
    .prepare<[RepositoryId, string], number>('SELECT count(*) FROM blob JOIN vector ON vector.blob = blob.id WHERE blob.repository = ? AND vector.model = ?')
    .pluck();
  return {
    nearest: async ({ repositories, within, model, vector, limit }) => core.read('Comparing vectors', () => {
      const best: VectorHit[] = [];
      for (const repository of new Set(repositories)) {
        for (const [blob, chunk, data] of rows.iterate(repository, model)) {
          if (!within.has(blob) || data.length !== vector.length) continue;
          keep(best, { blob, chunk, distance: cosineDistance(vector, data) }, limit);
        }
      }
      return best;
    }),
    count: async (repositories, model) => core.read('Counting vectors', () =>
      [...new Set(repositories)].reduce((sum, repository) => sum + (count.get(repository, model) as number), 0)),
  };
}

/** Keeps the `limit` nearest, nearest first; equal distances by blob and chunk, so that answers are stable. */
function keep(best: VectorHit[], hit: VectorHit, limit: number): void {
  if (limit <= 0) return;
  if (best.length === limit && before(best[limit - 1] as VectorHit, hit)) return;
  let at = best.length;
  while (at > 0 && before(hit, best[at - 1] as VectorHit)) at--;
  best.splice(at, 0, hit);
  if (best.length > limit) best.pop();
}

function before(a: VectorHit, b: VectorHit): boolean {
  return a.distance !== b.distance ? a.distance < b.distance : a.blob !== b.blob ? a.blob < b.blob : a.chunk < b.chunk;
}

/** 0 to 2; a vector of zeros has no direction and is at distance 1 from all. */
function cosineDistance(a: Int8Array, stored: Buffer): number {
  const b = new Int8Array(stored.buffer, stored.byteOffset, stored.length);
  let dot = 0;
  let normA = 0;
  let normB = 0;
  for (let i = 0; i < a.length; i++) {
    const x = a[i] as number;
    const y = b[i] as number;
    dot += x * y;
    normA += x * x;
    normB += y * y;
  }
  return normA === 0 || normB === 0 ? 1 : 1 - dot / Math.sqrt(normA * normB);
}
