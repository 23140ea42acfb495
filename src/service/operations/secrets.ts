import { CodeIndexError, LIMITS } from '../../base/mod.ts';
import type { Entry, MaskedSecret, View } from '../../domain/mod.ts';
import type { Store } from '../../store/mod.ts';
import type { Operation } from '../operation.ts';

export interface SecretsInput {
  readonly repository?: string;
  readonly limit?: number;
  readonly cursor?: string;
}

/** One secret that is masked in what is stored. Its text is nowhere. */
export interface SecretLine {
  readonly repository: string;
  readonly branch: string | null;
  readonly path: string;
  readonly line: number;
  readonly column: number;
  /** What it was taken for: `private-key`, `github-token`, ... */
  readonly rule: string;
  /** Hexadecimal, of its text: what a line of SECRETS_ALLOW_FILE names. */
  readonly sha256: string;
}

export interface SecretsAnswer {
  /** Whether secrets of all these repositories are masked. */
  readonly masked: boolean;
  readonly secrets: readonly SecretLine[];
  readonly nextCursor: string | null;
}

/** Files looked up in one piece. */
const PIECE = 500;
const DEFAULT_LIMIT = 100;

/** Whoever maintains the repositories may know where secrets are, so that they can be withdrawn or allowed. */
export const secretsOperation: Operation<SecretsInput, SecretsAnswer> = {
  name: 'repos secrets',
  title: 'List masked secrets',
  text: 'Lists where repositories hold keys, tokens and passwords that are masked, with the kind of each and its SHA-256; never its text.',
  effect: 'write',
  fields: {
    repository: { kind: 'text', position: 'one', flag: 'repo', text: 'default: all' },
    limit: { kind: 'integer', least: 1, most: LIMITS.pageResults, text: 'secrets of one page; default 100' },
    cursor: { kind: 'text', most: 20_000, text: 'handle of the next page' },
  },
  async run(service, input) {
    const store = await service.store();
    const repositories = input.repository === undefined ? await store.meta.repositories() : [await service.repository(input.repository)];
    const names = new Map(repositories.map(({ id, name }) => [id, name]));
    const masked = repositories.every((one) => one.masked);
    const views = await store.meta.views([...names.keys()]);
    const secrets: SecretLine[] = [];
    for await (const { view, index, secret, path } of secretsFrom(store, views, readCursor(input.cursor))) {
      if (secrets.length === (input.limit ?? DEFAULT_LIMIT)) return { masked, secrets, nextCursor: writeCursor([view.id, path, index]) };
      const { line, column, rule, sha256 } = secret;
      secrets.push({ repository: names.get(view.repository) as string, branch: view.branch, path, line, column, rule, sha256 });
    }
    return { masked, secrets, nextCursor: null };
  },
};

interface Listed {
  readonly view: View;
  readonly path: string;
  /** Among the secrets of its file. */
  readonly index: number;
  readonly secret: MaskedSecret;
}

type Position = readonly [view: number, path: string, index: number];

/** In order of views, paths and lines, from the one at the position on. */
async function* secretsFrom(store: Store, views: readonly View[], [firstView, firstPath, firstIndex]: Position): AsyncGenerator<Listed> {
  for (const view of views.filter(({ id }) => id >= firstView)) {
    const begun = view.id === firstView && firstPath !== '';
    if (begun) {
      const entry = (await store.files.entriesAt(view.id, [firstPath])).get(firstPath);
      if (entry !== undefined) for (const listed of await secretsIn(store, view, [entry])) if (listed.index >= firstIndex) yield listed;
    }
    for (let after: string | undefined = begun ? firstPath : ''; after !== undefined; ) {
      const entries: readonly Entry[] = await store.files.entries(view.id, { after, limit: PIECE, secretsOnly: true });
      yield* await secretsIn(store, view, entries);
      after = entries.length < PIECE ? undefined : entries.at(-1)?.path;
    }
  }
}

async function secretsIn(store: Store, view: View, entries: readonly Entry[]): Promise<readonly Listed[]> {
  const infos = await store.files.blobs(entries.flatMap(({ blob }) => (blob === null ? [] : [blob])));
  return entries.flatMap(({ path, blob }) => {
    const secrets = (blob === null ? undefined : infos.get(blob))?.problems.flatMap(({ secret }) => (secret === undefined ? [] : [secret])) ?? [];
    return secrets.map((secret, index) => ({ view, path, index, secret }));
  });
}

function writeCursor(position: Position): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

function readCursor(cursor: string | undefined): Position {
  if (cursor === undefined) return [0, '', 0];
  try {
    const [view, path, index] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as unknown[];
    if (Number.isSafeInteger(view) && typeof path === 'string' && !path.includes('\0') && Number.isSafeInteger(index)) return [view as number, path, index as number];
  } catch {
    // Told below.
  }
  throw new CodeIndexError('invalid_query', 'The cursor is not one of this list.', 'Give `nextCursor` of the page before, or none.');
}
