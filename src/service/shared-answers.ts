/** Answers on their way to other servers and back: what must be the same there, and how they are written. */
import type { Repository, View } from '../domain/mod.ts';
import type { Kept, Label } from './kept-answers.ts';
import type { ServiceSettings } from './service.ts';

/**
 * The key under which other servers find an answer. `key` holds within one process, which has one database, one model
 * and one version. Beyond it a generation is no name for a state: a database that was restored from a backup, or made
 * anew, counts through the same numbers again. So the key also says when and from which commit everything was indexed,
 * and what the settings make of it. Null where a state is not one that an index run has completed, because its time is
 * not known yet; and where the index is encrypted, because Redis is not.
 */
export function sharedKey(settings: ServiceSettings, key: string, repositories: readonly Repository[], views: readonly View[]): string | null {
  if (settings.databaseKey !== undefined) return null;
  if (views.some(({ indexedAt, pendingFiles, pendingSymbols }) => indexedAt === null || pendingFiles > 0 || pendingSymbols > 0)) return null;
  const { version, maskSecrets = false, embedding = { provider: 'static' as const } } = settings;
  const { provider, model, baseUrl, dimensions } = embedding;
  return JSON.stringify([
    key, version, maskSecrets, provider, model, baseUrl, dimensions,
    repositories.map(({ id, name, root, url, purpose, language, createdAt, masked }) => [id, name, root, url, purpose, language, createdAt, masked]),
    views.map(({ id, kind, branch, root, commit, indexedAt }) => [id, kind, branch, root, commit, indexedAt]),
  ]);
}

/** The length of a head in JSON, the head, the bytes of the answer. */
export function packAnswer({ tag, labels, bytes }: Pick<Kept, 'tag' | 'labels' | 'bytes'>): Buffer {
  const head = Buffer.from(JSON.stringify({ tag, bytes: bytes.length, labels: labels.map(({ repository, branch, path, freshness }) => [repository, branch, path, freshness]) }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  return Buffer.concat([length, head, bytes]);
}

/** Null for what was not written whole by `packAnswer`. */
export function unpackAnswer(packed: Buffer): Pick<Kept, 'tag' | 'labels' | 'bytes'> | null {
  try {
    const start = 4 + packed.readUInt32LE(0);
    const head = JSON.parse(packed.toString('utf8', 4, start)) as { readonly tag: string; readonly bytes: number; readonly labels: readonly (readonly [string, string | null, string, Label['freshness']])[] };
    // A copy: what was received may be a part of something larger, which would be kept with it.
    const bytes = Buffer.from(packed.subarray(start));
    if (bytes.length !== head.bytes || typeof head.tag !== 'string') return null;
    return { tag: head.tag, bytes, labels: head.labels.map(([repository, branch, path, freshness]) => ({ repository, branch, path, freshness })) };
  } catch {
    return null;
  }
}
