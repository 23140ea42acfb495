import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CodeIndexError, NO_METER, type Meter } from '../base/mod.ts';
import type { Pool } from '../code/mod.ts';
import type { Identity, Repository, RepositoryId, View } from '../domain/mod.ts';
import type { EmbeddingModel, Meaning, ModelSettings } from '../embed/mod.ts';
import type { Queue, RedisPlace } from '../queue/mod.ts';
import type { ServerOptions, Store } from '../store/mod.ts';
import { KeptAnswers } from './kept-answers.ts';
import { LOCAL, type Caller } from './caller.ts';
import { granted } from './granted.ts';
import { maskedOnly } from './masked-only.ts';
import { Models } from './meaning.ts';
import { workspaceOf, type WorkspaceItem } from './workspace.ts';

export interface ServiceSettings {
  /** Absolute. Holds `code_index.db`, `repositories/`, `uploads/` and `logs/`. */
  readonly dataDir: string;
  /** `sqlite:<file>` or `postgresql://...`; absent: `code_index.db` in the data folder. */
  readonly databaseUrl?: string;
  /** How a database server is reached. */
  readonly databaseServer?: ServerOptions;
  /** Opens a store that no address names, for programs that bring their own; it is closed with the service. */
  readonly openStore?: () => Promise<Store>;
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
  /** Keep acts that change something in the audit log. */
  readonly audit?: boolean;
  /** Mask secrets in what is stored, and with them in every answer. */
  readonly maskSecrets?: boolean;
  /** Absolute; what looks like a secret and is none. */
  readonly secretsAllowFile?: string;
  /** Callers may name folders of this machine; absent: they may. */
  readonly localPaths?: boolean;
  /** Bytes of an uploaded archive; absent: any number. Unpacked it may have ten times as many. */
  readonly maxUploadBytes?: number;
  /** Which git URLs may be cloned. */
  readonly urls?: UrlRules;
  /** Encrypts the embedded database. */
  readonly databaseKey?: string;
  /** Absolute; absent: `backups` in the data folder. */
  readonly backupDir?: string;
  /** Days after which a new backup removes old ones; 0 keeps all; absent: 7. */
  readonly backupKeepDays?: number;
  /** Where servers and workers share their queue. */
  readonly redis?: RedisPlace;
  /** What only the wiring knows, for `doctor`. */
  readonly server?: ServerSettings;
  readonly meter?: Meter;
  readonly version: string;
}

/** Settings of the server as they were given; null where they were not. */
export interface ServerSettings {
  readonly host: string;
  readonly publicUrl: string | null;
  readonly authentication: string;
  readonly adminToken: string | null;
  readonly jwtSecret: string | null;
  readonly jwtJwksUrl: string | null;
  readonly jwtIssuer: string | null;
  readonly jwtAudience: string | null;
  readonly tlsCertificateFile: string | null;
  readonly tlsKeyFile: string | null;
  /** The key was given in a file, or in a variable. */
  readonly databaseKey: string | null;
  readonly databaseKeyFile: string | null;
}

export interface UrlRules {
  readonly schemes: readonly ('https' | 'ssh')[];
  /** Host names, `*.example.org` for those below; empty: every host. */
  readonly hosts: readonly string[];
  /** Hosts with addresses of private networks, of this machine too. */
  readonly privateHosts: boolean;
}

/** The product as one object. Everything heavy is opened at first need, so that holding a service costs nothing. */
export interface Service extends AsyncDisposable {
  readonly settings: ServiceSettings;
  readonly meter: Meter;
  /** On whose behalf operations run. */
  readonly identity: Identity;
  /** Answers that were given, of all callers. */
  readonly answers: KeptAnswers;
  /** Where there is one, what takes long is queued and followed; else it runs within the call. */
  readonly queue: Queue | null;
  /** Gives the queue, once, to this service and to all that `as` made of it. */
  setQueue(queue: Queue): void;
  /** This product as another caller sees it: with their grants and their workspace. Disposing of it closes nothing. */
  as(caller: Caller): Service;
  /** With the caller's grants: repositories that they may not use are not in it. */
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
  return new LocalService({ settings, models: new Models(settings.embedding ?? { provider: 'static' }), store: null, pool: null, queue: null, granted: new Map(), answers: new KeptAnswers() }, { identity: LOCAL, workspace: settings.workspace }, true);
}

/** What all callers of one product share. */
interface Shared {
  readonly settings: ServiceSettings;
  readonly models: Models;
  store: Promise<Store> | null;
  pool: Promise<Pool> | null;
  queue: Queue | null;
  readonly answers: KeptAnswers;
  /** By the names granted: what is cached beside a store is found again. */
  readonly granted: Map<string, Promise<Store>>;
}

/** Sets of grants kept; a server knows few. */
const GRANTS_KEPT = 200;

class LocalService implements Service {
  readonly settings: ServiceSettings;
  readonly meter: Meter;
  readonly identity: Identity;
  readonly answers: KeptAnswers;
  readonly #shared: Shared;
  readonly #owner: boolean;
  #folders: readonly string[];

  constructor(shared: Shared, { identity, workspace }: Caller, owner: boolean) {
    this.settings = shared.settings;
    this.meter = shared.settings.meter ?? NO_METER;
    this.identity = identity;
    this.answers = shared.answers;
    this.#shared = shared;
    this.#owner = owner;
    this.#folders = workspace;
  }

  get queue(): Queue | null {
    return this.#shared.queue;
  }

  setQueue(queue: Queue): void {
    this.#shared.queue = queue;
  }

  as(caller: Caller): Service {
    return new LocalService(this.#shared, caller, false);
  }

  store(): Promise<Store> {
    const { repositories } = this.identity;
    if (repositories === null) return this.#whole();
    const key = JSON.stringify([...repositories].sort());
    const { granted: known } = this.#shared;
    const found = known.get(key);
    if (found !== undefined) return found;
    const made = this.#whole().then((store) => granted(store, repositories));
    made.catch(() => known.delete(key));
    if (known.size >= GRANTS_KEPT) known.clear();
    known.set(key, made);
    return made;
  }

  #whole(): Promise<Store> {
    const shared = this.#shared;
    shared.store ??= openIn(this.settings).catch((error: unknown) => {
      shared.store = null;
      throw error;
    });
    return shared.store;
  }

  pool(): Promise<Pool> {
    this.#shared.pool ??= import('../indexing/mod.ts').then(({ openThreads }) => openThreads(this.settings.threads));
    return this.#shared.pool;
  }

  async embedding(): Promise<EmbeddingModel | null> {
    return this.settings.embedding?.provider === 'none' ? null : this.#shared.models.current();
  }

  async meaning(repositories?: readonly RepositoryId[]): Promise<Meaning> {
    const store = await this.store();
    return this.#shared.models.meaning(store, repositories ?? (await store.meta.repositories()).map(({ id }) => id));
  }

  vectorsChanged(): void {
    this.#shared.models.changed();
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
    if (!this.#owner) return;
    const shared = this.#shared;
    const { store, pool, queue } = shared;
    shared.store = null;
    shared.pool = null;
    shared.queue = null;
    shared.granted.clear();
    shared.answers.clear();
    await queue?.[Symbol.asyncDispose]();
    // What could not be opened was told where it was needed; there is nothing to close.
    await shared.models[Symbol.asyncDispose]();
    for (const opened of [pool, store]) await (await opened?.catch(() => null))?.[Symbol.asyncDispose]();
  }
}

async function openIn(settings: ServiceSettings): Promise<Store> {
  const { openStore } = await import('../store/mod.ts');
  makeDataFolder(settings.dataDir);
  const { databaseServer, databaseKey, meter } = settings;
  const store = await (settings.openStore?.() ?? openStore(settings.databaseUrl ?? 'sqlite:', {
    dataDir: settings.dataDir,
    ...(databaseKey === undefined ? {} : { key: databaseKey }), ...(databaseServer === undefined ? {} : { server: databaseServer }), ...(meter === undefined ? {} : { meter }),
  }));
  return settings.maskSecrets === true ? maskedOnly(store) : store;
}

function makeDataFolder(dataDir: string): void {
  try {
    for (const part of ['repositories', 'uploads', 'logs']) mkdirSync(join(dataDir, part), { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new CodeIndexError(
      'unavailable',
      `The data folder ${JSON.stringify(dataDir)} cannot be made: ${(error as Error).message}.`,
      'Name another one with --data-dir or CODE_INDEX_DATA_DIR.',
      { cause: error },
    );
  }
}
