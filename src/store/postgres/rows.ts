/** Rows as statements give them, and the plain data made of them. */
import type { BlobInfo, Entry, Problem, Repository, View } from '../../domain/mod.ts';
import { skipName, textOnlyName, viewKindName } from '../codes.ts';

export type EntryRow = [path: string, blob: number | null, skipped: number | null, size: number, mtime: number, edited: boolean];
export const ENTRY_COLUMNS = 'path, blob, skipped, size, mtime, edited';

export function entryOf([path, blob, skipped, size, mtimeMs, edited]: EntryRow): Entry {
  return { path, blob, skipped: skipName(skipped), size, mtimeMs, edited };
}

export type BlobRow = [id: number, repository: number, oid: Buffer, language: number, size: number, lines: number, state: number, textOnly: number | null, problems: string | null];
export const BLOB_COLUMNS = 'id, repository, oid, language, size, lines, state, text_only, problems';

export function blobOf([id, repository, oid, language, size, lines, state, textOnly, problems]: BlobRow, languages: ReadonlyMap<number, string>): BlobInfo {
  return {
    id, repository, size, lines, oid: oid.toString('hex'), language: languages.get(language) as string,
    state: state === 0 ? 'text' : 'parsed', textOnly: textOnlyName(textOnly),
    problems: problems === null ? [] : (JSON.parse(problems) as Problem[]),
  };
}

export type RepositoryRow = [
  id: number, name: string, root: string, url: string | null, purpose: string | null, language: string | null, generation: number,
  created: string, expires: string | null, masked: boolean, fetched: string | null, failure: string | null,
];
export const REPOSITORY_COLUMNS = 'id, name, root, url, purpose, language, generation, created, expires, masked, fetched, fetch_failure';

export function repositoryOf([id, name, root, url, purpose, language, generation, createdAt, expiresAt, masked, fetchedAt, fetchFailure]: RepositoryRow): Repository {
  return { id, name, root, url, purpose, language, generation, createdAt, expiresAt, masked, fetchedAt, fetchFailure };
}

export type ViewRow = [
  id: number, repository: number, kind: number, branch: string | null, root: string | null, commit: string | null, indexed: string | null, files: number, symbols: number,
];
export const VIEW_COLUMNS = 'id, repository, kind, branch, root, commit_id, indexed, pending_files, pending_symbols';

export function viewOf([id, repository, kind, branch, root, commit, indexedAt, pendingFiles, pendingSymbols]: ViewRow): View {
  return { id, repository, kind: viewKindName(kind), branch, root, commit, indexedAt, pendingFiles, pendingSymbols };
}
