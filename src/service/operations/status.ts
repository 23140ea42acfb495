import type { Repository, SkipReason, TextOnlyReason, View } from '../../domain/mod.ts';
import type { Store } from '../../store/mod.ts';
import { lastFailure, type VectorsFailure } from '../meaning.ts';
import type { Operation } from '../operation.ts';
import { rootFor, withoutPlaces } from '../places.ts';
import type { Service } from '../service.ts';

export interface StatusInput {
  readonly repository?: string;
  readonly skipped?: boolean;
}

export interface ViewStatus {
  readonly kind: View['kind'];
  readonly branch: string | null;
  readonly root: string | null;
  readonly commit: string | null;
  readonly indexedAt: string | null;
  readonly files: number;
  readonly pendingFiles: number;
  readonly pendingSymbols: number;
  readonly skipped: Readonly<Record<string, number>>;
}

export interface VectorsStatus {
  /** Files that could have vectors: those with symbols. */
  readonly files: number;
  /** How many of them each model has embedded. */
  readonly models: Readonly<Record<string, number>>;
}

export interface EmbeddingStatus {
  readonly provider: string;
  /** As the settings name it; null for the model of the package. */
  readonly model: string | null;
  /** Why vectors could not be made the last time; null where they could. */
  readonly lastFailure: VectorsFailure | null;
}

export interface RepositoryStatus {
  readonly name: string;
  /** Absolute; empty for callers who do not administer. */
  readonly root: string;
  readonly url: string | null;
  readonly purpose: string | null;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly files: number;
  readonly sourceBytes: number;
  readonly symbols: number;
  readonly occurrences: number;
  /** Whether secrets are masked, and how many are. */
  readonly masked: boolean;
  readonly secrets: number;
  readonly languages: Readonly<Record<string, { readonly files: number; readonly bytes: number }>>;
  readonly vectors: VectorsStatus;
  readonly views: readonly ViewStatus[];
}

export interface SkippedFile {
  readonly repository: string;
  readonly branch: string | null;
  readonly path: string;
  readonly reason: SkipReason | TextOnlyReason;
  /** Left out altogether, or searchable as text but without symbols. */
  readonly kept: 'nothing' | 'text';
  readonly size: number;
}

export interface StatusAnswer {
  readonly version: string;
  /** Absolute; empty for callers who do not administer. */
  readonly dataDir: string;
  readonly databaseBytes: number;
  /** Names of the repositories that are searched when none is named; empty: all are. */
  readonly workspace: readonly string[];
  /** Indexing that runs on behalf of this session, one sentence each. */
  readonly activity: readonly string[];
  readonly embedding: EmbeddingStatus;
  readonly repositories: readonly RepositoryStatus[];
  /** Filled in when asked for. */
  readonly skipped?: readonly SkippedFile[];
}

/** Listed at most; the counts say how many there are in all. */
const SKIPPED_LISTED = 10_000;
const PAGE = 2_000;

export const statusOperation: Operation<StatusInput, StatusAnswer> = {
  name: 'status',
  title: 'Status',
  text: 'Say what is indexed: repositories, branches, commits, freshness, pending work, vectors, languages, and counts of files left out.',
  effect: 'read',
  fields: {
    repository: { kind: 'text', position: 'one', flag: 'repo', text: '' },
    skipped: { kind: 'flag', only: 'command', text: 'list every file that was left out or kept as text only, with its reason' },
  },
  async run(service, input) {
    const store = await service.store();
    const repositories = input.repository === undefined ? await store.meta.repositories() : [await service.repository(input.repository)];
    const [total, workspace] = await Promise.all([store.meta.statistics(), service.workspace()]);
    const list = await Promise.all(repositories.map((one) => describe(service, store, one)));
    return {
      version: service.settings.version,
      dataDir: rootFor(service, service.settings.dataDir),
      databaseBytes: total.databaseBytes,
      workspace: [...new Set(workspace.map((one) => one.repository))],
      activity: [],
      embedding: embeddingStatus(service),
      repositories: list,
      ...(input.skipped === true ? { skipped: await skippedFiles(service, store, repositories) } : {}),
    };
  },
};

function embeddingStatus(service: Service): EmbeddingStatus {
  const { embedding, dataDir } = service.settings;
  const failure = lastFailure(dataDir);
  return {
    provider: embedding?.provider ?? 'static',
    model: embedding?.model === undefined ? null : withoutPlaces(service, embedding.model),
    lastFailure: failure === null ? null : { ...failure, message: withoutPlaces(service, failure.message) },
  };
}

async function describe(service: Service, store: Store, repository: Repository): Promise<RepositoryStatus> {
  const [statistics, views, files, models] = await Promise.all([
    store.meta.statistics(repository.id), store.meta.views([repository.id]),
    // No model has an empty name, so all that could have vectors lack its.
    store.vectors.missingCount(repository.id, ''), store.vectors.models([repository.id]),
  ]);
  return {
    name: repository.name, root: rootFor(service, repository.root), url: repository.url, purpose: repository.purpose,
    createdAt: repository.createdAt, expiresAt: repository.expiresAt,
    files: statistics.files, sourceBytes: statistics.sourceBytes, symbols: statistics.symbols, occurrences: statistics.occurrences,
    masked: repository.masked, secrets: statistics.secrets,
    languages: statistics.languages, vectors: { files, models: Object.fromEntries(models) },
    views: await Promise.all(views.map((view) => describeView(service, store, view))),
  };
}

async function describeView(service: Service, store: Store, view: View): Promise<ViewStatus> {
  const [files, skipped] = await Promise.all([store.files.plan.count([view.id]), store.files.plan.skipped([view.id])]);
  return {
    kind: view.kind, branch: view.branch, root: view.root === null ? null : rootFor(service, view.root), commit: view.commit, indexedAt: view.indexedAt,
    files, pendingFiles: view.pendingFiles, pendingSymbols: view.pendingSymbols, skipped: Object.fromEntries(skipped),
  };
}

async function skippedFiles(service: Service, store: Store, repositories: readonly Repository[]): Promise<readonly SkippedFile[]> {
  const list: SkippedFile[] = [];
  for (const repository of repositories) {
    for (const view of await service.views(repository)) {
      let after = '';
      while (list.length < SKIPPED_LISTED) {
        const entries = await store.files.entries(view.id, { after, limit: PAGE });
        const infos = await store.files.blobs(entries.flatMap(({ blob }) => (blob === null ? [] : [blob])));
        for (const { path, size, blob, skipped } of entries) {
          const reason = skipped ?? (blob === null ? null : infos.get(blob)?.textOnly ?? null);
          // A language without a parser is text as it should be: nothing was decided about the file.
          if (reason !== null && reason !== 'no_parser') list.push({ repository: repository.name, branch: view.branch, path, reason, kept: skipped === null ? 'text' : 'nothing', size });
        }
        const last = entries.at(-1);
        if (last === undefined || entries.length < PAGE) break;
        after = last.path;
      }
    }
  }
  return list.slice(0, SKIPPED_LISTED);
}
