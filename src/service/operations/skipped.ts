import { CodeIndexError, LIMITS } from '../../base/mod.ts';
import type { Entry, Repository, View } from '../../domain/mod.ts';
import type { Store } from '../../store/mod.ts';
import type { Operation } from '../operation.ts';
import type { SkippedFile } from './status.ts';

export interface SkippedInput {
  readonly name: string;
  readonly limit?: number;
  readonly cursor?: string;
}

export interface SkippedAnswer {
  readonly skipped: readonly SkippedFile[];
  readonly nextCursor: string | null;
}

/** Entries looked at in one piece, and in one call: a page of a large repository without skipped files must end too. */
const PIECE = 2_000;
const ENTRIES_OF_CALL = 100_000;
const DEFAULT_LIMIT = 100;

/** Every file that was left out, page by page; `status` counts them. */
export const skippedOperation: Operation<SkippedInput, SkippedAnswer> = {
  name: 'repos skipped',
  title: 'List skipped files',
  text: 'Lists the files of a repository that were left out or kept as text without symbols, each with its reason.',
  effect: 'read',
  fields: {
    name: { kind: 'text', required: true, position: 'one', text: 'name of the repository' },
    limit: { kind: 'integer', least: 1, most: LIMITS.pageResults, text: 'files of one page; default 100' },
    cursor: { kind: 'text', most: 20_000, text: 'handle of the next page' },
  },
  async run(service, input) {
    const [store, repository] = await Promise.all([service.store(), service.repository(input.name)]);
    const views = await store.meta.views([repository.id]);
    const limit = input.limit ?? DEFAULT_LIMIT;
    const [firstView, firstPath] = readCursor(input.cursor);
    const found: SkippedFile[] = [];
    let looked = 0;
    for (const view of views.filter(({ id }) => id >= firstView)) {
      let after = view.id === firstView ? firstPath : '';
      for (;;) {
        const entries = await store.files.entries(view.id, { after, limit: PIECE });
        for (const file of await skippedAmong(store, repository, view, entries)) {
          if (found.length === limit) return { skipped: found, nextCursor: writeCursor(view.id, after) };
          found.push(file);
          after = file.path;
        }
        const last = entries.at(-1);
        if (last === undefined || entries.length < PIECE) break;
        after = last.path;
        looked += entries.length;
        if (looked >= ENTRIES_OF_CALL) return { skipped: found, nextCursor: writeCursor(view.id, after) };
      }
    }
    return { skipped: found, nextCursor: null };
  },
};

async function skippedAmong(store: Store, repository: Repository, view: View, entries: readonly Entry[]): Promise<readonly SkippedFile[]> {
  const infos = await store.files.blobs(entries.flatMap(({ blob }) => (blob === null ? [] : [blob])));
  return entries.flatMap(({ path, size, blob, skipped }): readonly SkippedFile[] => {
    const reason = skipped ?? (blob === null ? null : infos.get(blob)?.textOnly ?? null);
    // A language without a parser is text as it should be: nothing was decided about the file.
    if (reason === null || reason === 'no_parser') return [];
    return [{ repository: repository.name, branch: view.branch, path, reason, kept: skipped === null ? 'text' : 'nothing', size }];
  });
}

function writeCursor(view: number, path: string): string {
  return Buffer.from(JSON.stringify([view, path])).toString('base64url');
}

function readCursor(cursor: string | undefined): readonly [number, string] {
  if (cursor === undefined) return [0, ''];
  try {
    const [view, path] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as unknown[];
    if (Number.isSafeInteger(view) && typeof path === 'string' && !path.includes('\0')) return [view as number, path];
  } catch {
    // Told below.
  }
  throw new CodeIndexError('invalid_query', 'The cursor is not one of this list.', 'Give `nextCursor` of the page before, or none.');
}
