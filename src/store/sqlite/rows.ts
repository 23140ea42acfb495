import type { BlobInfo, Entry, Problem, Repository, View } from '../../domain/mod.ts';
import { skipName, textOnlyName, viewKindName } from '../codes.ts';
import type { Languages } from './languages.ts';

/** Rows as the statements give them, and the plain data made of them. */
export type EntryRow = [path: string, blob: number | null, skipped: number | null, size: number, mtime: number, edited: number];
export const ENTRY_COLUMNS = 'path, blob, skipped, size, mtime, edited';

export function entryOf([path, blob, skipped, size, mtimeMs, edited]: EntryRow): Entry {
  return { path, blob, skipped: skipName(skipped), size, mtimeMs, edited: edited === 1 };
}

export interface BlobRow {
  id: number;
  repository: number;
  oid: Buffer;
  language: number;
  size: number;
  lines: number;
  state: number;
  text_only: number | null;
  problems: string | null;
}
export const BLOB_COLUMNS = 'id, repository, oid, language, size, lines, state, text_only, problems';

export function blobOf(row: BlobRow, languages: Languages): BlobInfo {
  return {
    id: row.id,
    repository: row.repository,
    oid: row.oid.toString('hex'),
    language: languages.name(row.language),
    size: row.size,
    lines: row.lines,
    state: row.state === 0 ? 'text' : 'parsed',
    textOnly: textOnlyName(row.text_only),
    problems: row.problems === null ? [] : (JSON.parse(row.problems) as Problem[]),
  };
}

export interface RepositoryRow {
  id: number;
  name: string;
  root: string;
  url: string | null;
  purpose: string | null;
  language: string | null;
  generation: number;
  created: string;
  expires: string | null;
  masked: number;
  fetched: string | null;
  fetch_failure: string | null;
}

export function repositoryOf({ created, expires, masked, fetched, fetch_failure: fetchFailure, ...row }: RepositoryRow): Repository {
  return { ...row, createdAt: created, expiresAt: expires, masked: masked === 1, fetchedAt: fetched, fetchFailure };
}

export interface ViewRow {
  id: number;
  repository: number;
  kind: number;
  branch: string | null;
  root: string | null;
  commit_id: string | null;
  indexed: string | null;
  pending_files: number;
  pending_symbols: number;
}
export const VIEW_COLUMNS = 'id, repository, kind, branch, root, commit_id, indexed, pending_files, pending_symbols';

export function viewOf(row: ViewRow): View {
  return {
    id: row.id,
    repository: row.repository,
    kind: viewKindName(row.kind),
    branch: row.branch,
    root: row.root,
    commit: row.commit_id,
    indexedAt: row.indexed,
    pendingFiles: row.pending_files,
    pendingSymbols: row.pending_symbols,
  };
}
