import { CodeIndexError } from '../../base/mod.ts';

export interface PageAsked {
  readonly limit: number | undefined;
  readonly cursor: string | undefined;
}

const DEFAULT_LIMIT = 100;

/**
 * One page of a list in the order of its keys. The cursor holds the last key given, so that pages stay right when items
 * come and go between them.
 */
export function pageOf<Item>(list: string, items: readonly Item[], keyOf: (item: Item) => string, { limit = DEFAULT_LIMIT, cursor }: PageAsked): { readonly items: readonly Item[]; readonly nextCursor: string | null } {
  const after = cursor === undefined ? null : readCursor(list, cursor);
  const keyed = items.map((item): [string, Item] => [keyOf(item), item]).filter(([key]) => after === null || key > after);
  keyed.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const page = keyed.slice(0, limit);
  const last = page.at(-1);
  return { items: page.map(([, item]) => item), nextCursor: last === undefined || keyed.length <= limit ? null : writeCursor(list, last[0]) };
}

function writeCursor(list: string, key: string): string {
  return Buffer.from(JSON.stringify([list, key])).toString('base64url');
}

function readCursor(list: string, cursor: string): string {
  try {
    const [of, key] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as unknown[];
    if (of === list && typeof key === 'string') return key;
  } catch {
    // Told below.
  }
  throw new CodeIndexError('invalid_query', 'The cursor is not one of this list.', 'Give `nextCursor` of the page before, or none.');
}
