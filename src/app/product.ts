import { homedir } from 'node:os';
import path from 'node:path';
import type { Meter } from '../base/mod.ts';
import { keyInFile, openService, type Service, type ServiceSettings, type UrlRules } from '../service/mod.ts';
import { platformDataDir } from './data-dir.ts';
import type { Settings } from './flags.ts';
import { redisOf } from './redis.ts';
import { isServed } from './session-socket.ts';

export interface ProductOptions {
  /** Absolute and real; what settings name is relative to it. */
  readonly cwd: string;
  readonly version: string;
  /** Absent: for one command of the user of this machine. */
  readonly serving?: { readonly current: () => Settings; readonly meter: Meter; readonly localPaths: boolean };
}

/** The product as the settings want it. Nothing is opened yet. */
export function openProduct(settings: Settings, { cwd, version, serving }: ProductOptions): Service {
  const current = serving?.current ?? ((): Settings => settings);
  const redis = redisOf(settings);
  endGitAt(path.join(dataDirOf(settings, cwd), 'repositories'));
  return openService({
    dataDir: dataDirOf(settings, cwd),
    ...(settings.databaseUrl === null ? {} : { databaseUrl: settings.databaseUrl }),
    allowedRoots: settings.allowedRoots.map((root) => path.resolve(cwd, root)),
    workspace: serving === undefined ? [cwd] : [],
    ...(settings.threads === null ? {} : { threads: settings.threads }),
    embedding: embeddingOf(settings, cwd),
    defaultDaysToKeep: settings.defaultDaysToKeep,
    autoCleanup: settings.autoCleanup,
    // Helpers work for a process that has written down who asked.
    audit: process.channel === undefined || process.channel === null,
    // A server beside us does not answer from what is stored in the open: what we index here is for it, too.
    maskSecrets: masks(settings, serving !== undefined || isServed(dataDirOf(settings, cwd))),
    ...(settings.secretsAllowFile === null ? {} : { secretsAllowFile: path.resolve(cwd, settings.secretsAllowFile) }),
    localPaths: serving?.localPaths ?? true,
    maxUploadBytes: settings.maxUploadBytes,
    urls: urlsOf(current, serving !== undefined),
    ...databaseOf(settings, cwd),
    ...serverOf(settings, serving !== undefined),
    ...(redis === null ? {} : { redis }),
    server: settings,
    ...(serving === undefined ? {} : { meter: serving.meter }),
    version,
  });
}

/** What a helper of a server has to be told: what `auto` means depends on who asks. */
export function variablesForHelpers(settings: Settings): Readonly<Record<string, string>> {
  return { MASK_SECRETS: String(masks(settings, true)), MCP_ALLOW_PRIVATE_HOSTS: String(settings.privateHosts ?? false) };
}

export function dataDirOf(settings: Settings, cwd: string): string {
  return settings.dataDir === null ? platformDataDir(process.platform, homedir(), process.env) : path.resolve(cwd, settings.dataDir);
}

/** A data folder may lie in a repository of its user; what is uploaded into it belongs to no repository. */
function endGitAt(folder: string): void {
  const known = (process.env['GIT_CEILING_DIRECTORIES'] ?? '').split(path.delimiter).filter((one) => one !== '');
  if (!known.includes(folder)) process.env['GIT_CEILING_DIRECTORIES'] = [...known, folder].join(path.delimiter);
}

/** The file of the embedded database; null where a server keeps it. */
export function databaseFileOf(settings: Settings, dataDir: string, cwd: string): string | null {
  if (isDatabaseServer(settings)) return null;
  const { databaseUrl } = settings;
  const named = (databaseUrl ?? '').replace(/^sqlite:(\/\/(?=\/|$))?/, '');
  return named === '' ? path.join(dataDir, 'code_index.db') : path.resolve(cwd, named);
}

function masks({ maskSecrets }: Settings, serving: boolean): boolean {
  return maskSecrets === 'true' || (maskSecrets === 'auto' && serving);
}

/** Read at every use, because a server takes new ones while it runs. */
function urlsOf(current: () => Settings, serving: boolean): UrlRules {
  return {
    get schemes() {
      return current().gitSchemes as UrlRules['schemes'];
    },
    get hosts() {
      return current().gitHosts;
    },
    get privateHosts() {
      return current().privateHosts ?? !serving;
    },
  };
}

/** Nothing for the embedded database. Only a server asks a replica: what indexes must see what it wrote. */
function serverOf(settings: Settings, serving: boolean): Partial<ServiceSettings> {
  if (!isDatabaseServer(settings)) return {};
  const { databaseReadUrl, dbPassword } = settings;
  return {
    databaseServer: {
      ...(serving && databaseReadUrl !== null ? { readUrl: databaseReadUrl } : {}),
      ...(dbPassword === null ? {} : { password: dbPassword }),
      poolSize: settings.databasePoolSize, poolOverflow: settings.databasePoolOverflow, poolWaitSeconds: settings.databasePoolWaitSeconds,
      connectionSeconds: settings.databaseConnectionSeconds, statementSeconds: settings.databaseStatementSeconds,
    },
  };
}

function isDatabaseServer({ databaseUrl }: Settings): boolean {
  return databaseUrl !== null && !databaseUrl.startsWith('sqlite:');
}

/** The file wins over the variable: whoever moves the key out of the environment need not hurry to clear it. */
function databaseOf({ databaseKey, databaseKeyFile, backupDir, backupKeepDays }: Settings, cwd: string): Partial<ServiceSettings> {
  const key = databaseKeyFile === null ? databaseKey : keyInFile(path.resolve(cwd, databaseKeyFile));
  return {
    ...(key === null ? {} : { databaseKey: key }),
    ...(backupDir === null ? {} : { backupDir: path.resolve(cwd, backupDir) }),
    backupKeepDays,
  };
}

function embeddingOf(settings: Settings, cwd: string): NonNullable<ServiceSettings['embedding']> {
  const { embeddingProvider, embeddingBaseUrl, embeddingModel, embeddingApiKey, embeddingDimensions, embeddingRequestsPerMinute } = settings;
  const provider = embeddingProvider as NonNullable<ServiceSettings['embedding']>['provider'];
  return {
    provider,
    ...(embeddingBaseUrl === null ? {} : { baseUrl: embeddingBaseUrl }),
    ...(embeddingModel === null ? {} : { model: provider === 'http' ? embeddingModel : path.resolve(cwd, embeddingModel) }),
    ...(embeddingApiKey === null ? {} : { key: embeddingApiKey }),
    ...(embeddingDimensions === null ? {} : { dimensions: embeddingDimensions }),
    requestsPerMinute: embeddingRequestsPerMinute,
  };
}
