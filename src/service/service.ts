import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CodeIndexError } from '../base/mod.ts';
import type { Pool } from '../code/mod.ts';
import type { Repository, RepositoryId, View } from '../domain/mod.ts';
import type { EmbeddingModel, Meaning, ModelSettings } from '../embed/mod.ts';
import type { Store } from '../store/mod.ts';
import { Models } from './meaning.ts';
import { workspaceOf, type WorkspaceItem } from './workspace.ts';

export interface ServiceSettings {
  /** Absolute. Holds `code_index.db`, `repositories/`, `uploads/` and `logs/`. */
  readonly dataDir: string;
  /** `sqlite:<file>`; absent: `code_index.db` in the data folder. */
  readonly databaseUrl?: string;
  /** Absolute folders; where there are some, nothing outside them is indexed. */
  readonly allowedRoots: readonly string[];
  /** Absolute folders that the caller works in: what is searched when no repository is named. */
  readonly workspace: readonly string[];
  /** What makes the vectors of meaning; absent: the model in the package. */
  readonly embedding?: ModelSettings;
  /** Parse threads; absent: as many as the machine has cores. */
  readonly threads?: number;
  /** Days after which an added reference repository expires where the call names none; 0 is never. */
  readonly defaultDaysToKeep: number;
  /** Remove expired repositories whenever something is indexed. */
  readonly autoCleanup: boolean;
  readonly version: string;
}

/** The product as one object. Everything heavy is opened at first need, so that holding a service costs nothing. */
export interface Service extends AsyncDisposable {
  readonly settings: ServiceSettings;
  store(): Promise<Store>;
  pool(): Promise<Pool>;
  /** The model that the settings name; null where they say `none`. Throws `unavailable` or `invalid_query` where it cannot be opened. */
  embedding(): Promise<EmbeddingModel | null>;
  /** What a query over these repositories (absent: all) may lean on: never throws for a model, but says what is left out. */
  meaning(repositories?: readonly RepositoryId[]): Promise<Meaning>;
  /** Something was indexed, so that another model may answer from now on. */
  vectorsChanged(): void;
  /** The repositories and views of the folders that the caller works in. */
  workspace(): Promise<readonly WorkspaceItem[]>;
  /** Replaces the folders that the caller works in (the roots of an MCP client). */
  setWorkspace(folders: readonly string[]): void;
  /** The repository of this name, or `not_found` with the names that there are. */
  repository(name: string): Promise<Repository>;
  views(repository: Repository): Promise<readonly View[]>;
}

export function openService(settings: ServiceSettings): Service {
  return new LocalService(settings);
}

class LocalService implements Service {
  readonly settings: ServiceSettings;
  #store: Promise<Store> | null = null;
  #pool: Promise<Pool> | null = null;
  readonly #models: Models;
  #folders: readonly string[];

  constructor(settings: ServiceSettings) {
    this.settings = settings;
    this.#folders = settings.workspace;
    this.#models = new Models(settings.embedding ?? { provider: 'static' });
  }

  store(): Promise<Store> {
    this.#store ??= openIn(this.settings).catch((error: unknown) => {
      this.#store = null;
      throw error;
    });
    return this.#store;
  }

  pool(): Promise<Pool> {
    this.#pool ??= import('../indexing/mod.ts').then(({ openThreads }) => openThreads(this.settings.threads));
    return this.#pool;
  }

  async embedding(): Promise<EmbeddingModel | null> {
    return this.settings.embedding?.provider === 'none' ? null : this.#models.current();
  }

  async meaning(repositories?: readonly RepositoryId[]): Promise<Meaning> {
    const store = await this.store();
    return this.#models.meaning(store, repositories ?? (await store.meta.repositories()).map(({ id }) => id));
  }

  vectorsChanged(): void {
    this.#models.changed();
  }

  async workspace(): Promise<readonly WorkspaceItem[]> {
    return workspaceOf(await this.store(), this.#folders);
  }

  setWorkspace(folders: readonly string[]): void {
    this.#folders = folders;
  }

  async repository(name: string): Promise<Repository> {
    const store = await this.store();
    const all = await store.meta.repositories();
    const found = all.find((one) => one.name === name);
    if (found !== undefined) return found;
    throw new CodeIndexError(
      'not_found',
      `There is no repository named ${JSON.stringify(name)}.`,
      all.length === 0 ? 'Nothing is indexed yet: run `code-index index <path>`.' : `Use one of: ${all.slice(0, 20).map((one) => one.name).join(', ')}.`,
    );
  }

  async views(repository: Repository): Promise<readonly View[]> {
    return (await this.store()).meta.views([repository.id]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const [store, pool] = [this.#store, this.#pool];
    this.#store = null;
    this.#pool = null;
    // What could not be opened was told where it was needed; there is nothing to close.
    await this.#models[Symbol.asyncDispose]();
    for (const opened of [pool, store]) await (await opened?.catch(() => null))?.[Symbol.asyncDispose]();
  }
}

async function openIn(settings: ServiceSettings): Promise<Store> {
  const { openStore } = await import('../store/mod.ts');
  makeDataFolder(settings.dataDir);
  return openStore(settings.databaseUrl ?? 'sqlite:', { dataDir: settings.dataDir });
}

function makeDataFolder(dataDir: string): void {
  try {
    for (const part of ['repositories', 'uploads', 'logs']) mkdirSync(join(dataDir, part), { recursive: true });
  } catch (error) {
    throw new CodeIndexError(
      'unavailable',
      `The data folder ${JSON.stringify(dataDir)} cannot be made: ${(error as Error).message}.`,
      'Name another one with --data-dir or CODE_INDEX_DATA_DIR.',
      { cause: error },
    );
  }
}
