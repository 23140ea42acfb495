/** What a store answers through its ports, in an order that no driver chooses: the same for equal contents, whatever their numbers are. */
import type { BlobId, BlobInfo, Entry, Repository, View } from '../../domain/mod.ts';
import { withoutId, type Store } from '../../store/mod.ts';
import { postingRows, type Sample } from './posting-rows.ts';
import { digestOf, type Row } from './row.ts';

const ENTRIES_AT_ONCE = 500;
const JOBS_AT_ONCE = 1_000;
/** Texts of a repository whose words are looked up, far apart: more in larger ones. */
const SAMPLES_LEAST = 4;
const SAMPLES_MOST = 24;

/** One repository, in pages. */
export async function* repositoryRows(store: Store, repository: Repository): AsyncGenerator<readonly Row[]> {
  const { databaseBytes: _, languages, ...totals } = await store.meta.statistics(repository.id);
  const name = `repository "${repository.name}"`;
  const models = [...(await store.vectors.models([repository.id]))].sort(([a], [b]) => (a < b ? -1 : 1));
  yield [
    { about: `the ${name}`, kind: 'repositories', value: JSON.stringify(Object.entries(withoutId(repository)).sort(byName)) },
    { about: `the totals of the ${name}`, kind: null, value: JSON.stringify([Object.entries(totals).sort(byName), Object.entries(languages).sort(byName).map(([language, one]) => [language, one.files, one.bytes])]) },
    { about: `the models of the ${name}`, kind: null, value: JSON.stringify(models) },
  ];
  const views = [...(await store.meta.views([repository.id]))].sort((a, b) => (labelOf(a) < labelOf(b) ? -1 : 1));
  const reader = new ContentReader(store, models.map(([model]) => model), stepOf(totals.blobs));
  for (const view of views) {
    const { id: __, repository: ___, ...rest } = view;
    yield [{ about: `${labelOf(view)} of the ${name}`, kind: 'views', value: JSON.stringify(Object.entries(rest).sort(byName)) }];
    for (let after: string | undefined = ''; after !== undefined;) {
      const entries: readonly Entry[] = await store.files.entries(view.id, { after, limit: ENTRIES_AT_ONCE });
      yield await reader.rows(entries, `in ${labelOf(view)} of the ${name}`);
      after = entries.length < ENTRIES_AT_ONCE ? undefined : entries.at(-1)?.path;
    }
  }
  yield* postingRows(store, repository, views.map(({ id }) => id), reader.samples, models.map(([model]) => model), (blob) => reader.ordinals.get(blob) ?? -1);
}

/** One of so many texts is a sample. */
function stepOf(blobs: number): number {
  return Math.max(1, Math.floor(blobs / Math.min(SAMPLES_MOST, Math.max(SAMPLES_LEAST, Math.sqrt(blobs)))));
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

function labelOf({ kind, branch, root, commit }: View): string {
  return kind === 'worktree' ? `the folder ${root}` : kind === 'branch' ? `the branch ${branch}` : `the commit ${commit}`;
}

/** Reads entries and, when they come up first, their contents. */
class ContentReader {
  /** Blobs by when they came up. */
  readonly ordinals: Map<BlobId, number> = new Map();
  readonly samples: Sample[] = [];
  readonly #store: Store;
  readonly #models: readonly string[];
  readonly #step: number;

  constructor(store: Store, models: readonly string[], step: number) {
    this.#store = store;
    this.#models = models;
    this.#step = step;
  }

  async rows(entries: readonly Entry[], where: string): Promise<readonly Row[]> {
    const { files, vectors } = this.#store;
    const ids = [...new Set(entries.flatMap(({ blob }) => (blob === null ? [] : [blob])))];
    const infos = await files.blobs(ids);
    const fresh = ids.filter((id) => !this.ordinals.has(id));
    const [texts, facts] = [await files.texts(fresh), await files.facts(fresh)];
    const byModel = await Promise.all(this.#models.map(async (model) => ({ model, of: await vectors.of(fresh, model) })));
    return entries.flatMap((entry): Row[] => {
      const { path, blob } = entry;
      const file: Row = { about: `${path} ${where}`, kind: 'files', value: JSON.stringify([path, entry.skipped, entry.size, entry.mtimeMs, entry.edited, blob === null ? null : contentOf(infos.get(blob))]) };
      if (blob === null || this.ordinals.has(blob)) return [file];
      const text = texts.get(blob);
      const packed = facts.get(blob);
      if (this.ordinals.size % this.#step === 0 && text !== undefined) this.samples.push({ path, text, blob });
      this.ordinals.set(blob, this.ordinals.size);
      return [
        file,
        { about: `the text of ${path} ${where}`, kind: 'texts', value: text === undefined ? 'none' : digestOf(text) },
        ...(packed === undefined ? [] : [{ about: `the symbols of ${path} ${where}`, kind: 'facts' as const, value: digestOf(packed) }]),
        ...byModel.flatMap(({ model, of }): Row[] => {
          const own = of.get(blob);
          return own === undefined ? [] : [{ about: `the vectors of ${path} ${where} by ${model}`, kind: 'vectors', value: digestOf(new Uint8Array(own.buffer, own.byteOffset, own.byteLength)) }];
        }),
      ];
    });
  }
}

function contentOf(info: BlobInfo | undefined): unknown {
  if (info === undefined) return 'none';
  const { oid, language, size, lines, state, textOnly, problems } = info;
  return [oid, language, size, lines, state, textOnly, problems];
}

/** Tokens, jobs and the audit log. Tokens are found by the digests alone. */
export async function* recordRows(store: Store, digests: readonly Uint8Array[]): AsyncGenerator<readonly Row[]> {
  yield (await store.tokens.list()).map((token): Row => ({ about: `the token ${token.id} (${token.name})`, kind: 'tokens', value: JSON.stringify(Object.entries(token).sort(byName)) }));
  for (const [at, digest] of digests.entries()) {
    const found = await store.tokens.byDigest(digest);
    yield [{ about: `the token with the digest at place ${at + 1}`, kind: null, value: String(found?.id ?? 'none') }];
  }
  for (let before: string | undefined; ;) {
    const jobs = await store.journal.jobs({ limit: JOBS_AT_ONCE, ...(before === undefined ? {} : { before }) });
    if (jobs.length === 0) break;
    yield jobs.map((job): Row => ({ about: `the job ${job.id}`, kind: 'jobs', value: JSON.stringify(job) }));
    before = jobs.at(-1)?.id;
  }
  yield (await store.journal.audit({ limit: Number.MAX_SAFE_INTEGER })).map((entry): Row => ({ about: `the act ${entry.act} of ${entry.time}`, kind: 'acts', value: JSON.stringify(Object.entries(entry).sort(byName)) }));
}
