/**
 * A PostgreSQL of a test's own: a new cluster in a temporary folder on a free port, gone when the test ends.
 * `postgresIsInstalled()` is what `skip` is computed from; scripts/check.ts says aloud that it is missing.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';

/** The owner of what `createDatabase` makes: an ordinary user, as a product's user should be. */
const USER = 'mcp_user';
const SUPERUSER = 'postgres';
/** Has what an address must escape, so that every program that builds one is tried on it. */
const PASSWORD = 'p@ss/w:rd %41';

/** Spares what only the loss of a machine's power asks for: what was committed survives every crash of the processes. */
const NOT_DURABLE = { fsync: 'off', full_page_writes: 'off' } as const;

export interface PostgresOptions {
  /** As in `postgresql.conf`: `{ max_connections: '20' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** True: writes wait for the disk as in production, for measurements. False by default: faster. */
  readonly durable?: boolean;
  /** Keeps every finished segment of the write-ahead log in `archiveFolder`. */
  readonly archive?: boolean;
  /** Starts from this folder (a base backup) instead of a new cluster; it is changed, and removed in the end. */
  readonly dataFolder?: string;
  /** Follows this server as a streaming replica that only reads. */
  readonly replicaOf?: PrivatePostgres;
}

/** `smart` waits for clients, `fast` ends them, `immediate` is a crash, `killed` is `kill -9` of the first process. */
export type StopHow = 'smart' | 'fast' | 'immediate' | 'killed';

const SIGNALS: Readonly<Record<StopHow, NodeJS.Signals>> = { smart: 'SIGTERM', fast: 'SIGINT', immediate: 'SIGQUIT', killed: 'SIGKILL' };

export interface PrivatePostgres extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** Holds everything of this server; removed in the end. Its owner is the user that the server runs as. */
  readonly folder: string;
  readonly dataFolder: string;
  readonly archiveFolder: string;
  readonly socketFolder: string;
  /** Of `postgres`, `pg_dump` and the others. */
  readonly binaries: string;
  /** `postgresql://mcp_user:...@127.0.0.1:<port>/<database>`; the database is `postgres` where none is named. */
  url(database?: string): string;
  superuserUrl(database?: string): string;
  /**
   * A new, empty database that belongs to `mcp_user`; gives its address. The superuser creates the extensions in it:
   * `vector` alone by default, which an ordinary user may not create; `pg_trgm` any owner of a database may.
   */
  createDatabase(name?: string, extensions?: readonly string[]): Promise<string>;
  /** Runs statements as the superuser; gives the rows of the last. */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into it freely.
  query(sql: string, database?: string): Promise<any[]>;
  stop(how?: StopHow): Promise<void>;
  /** Starts again what was stopped, on the same port and folder. */
  start(): Promise<void>;
  /** Everything that the server wrote to its log so far. */
  log(): string;
}

/** The folder of the newest server programs, in PATH or where Debian keeps them (which is not in PATH); null: none. */
export function postgresBinaries(): string | null {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [...versions.map((version) => path.join(debian, version, 'bin')), ...(process.env['PATH'] ?? '').split(path.delimiter)];
  return folders.find((folder) => existsSync(path.join(folder, 'initdb')) && existsSync(path.join(folder, 'postgres'))) ?? null;
}

export const postgresIsInstalled = (): boolean => postgresBinaries() !== null;

/** Whether the same server has the extension `vector`. */
export function pgvectorIsInstalled(): boolean {
  const binaries = postgresBinaries();
  if (binaries === null) return false;
  const shared = spawnSync(path.join(binaries, 'pg_config'), ['--sharedir'], { encoding: 'utf8' }).stdout;
  return existsSync(path.join((shared ?? '').trim(), 'extension', 'vector.control'));
}

/** The users that a server may run as when the test runs as root, whom PostgreSQL refuses. */
function unprivileged(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = readFileSync('/etc/passwd', 'utf8').split('\n').map((line) => line.split(':'));
  const user = ['postgres', 'nobody'].flatMap((name) => users.filter((fields) => fields[0] === name))[0];
  if (user === undefined) throw new Error('PostgreSQL does not run as root, and /etc/passwd has neither postgres nor nobody to run it as.');
  return { uid: Number(user[2]), gid: Number(user[3]) };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export async function startPostgres(options: PostgresOptions = {}): Promise<PrivatePostgres> {
  const binaries = postgresBinaries();
  if (binaries === null) throw new Error('PostgreSQL is not installed: ask postgresIsInstalled() first.');
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'code-index-pg-')));
  const owner = unprivileged();
  const run = (program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): void => {
    const done = spawnSync(path.join(binaries, program), args, { cwd: folder, ...owner, encoding: 'utf8', env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8', ...env } });
    if (done.status !== 0) throw new Error(`${program} ended with ${done.status}: ${done.stdout}${done.stderr}${done.error ?? ''}`);
  };
  const place = (name: string): string => {
    const made = path.join(folder, name);
    mkdirSync(made, { mode: 0o700 });
    if (owner !== undefined) chownSync(made, owner.uid, owner.gid);
    return made;
  };
  if (owner !== undefined) chownSync(folder, owner.uid, owner.gid);
  const [socketFolder, archiveFolder] = [place('socket'), place('archive')];
  const dataFolder = options.dataFolder ?? path.join(folder, 'data');
  if (options.replicaOf !== undefined) {
    run('pg_basebackup', ['--dbname', options.replicaOf.superuserUrl(), '--pgdata', dataFolder, '--write-recovery-conf', '--checkpoint=fast', '--no-sync']);
  } else if (options.dataFolder === undefined) {
    const passwordFile = path.join(folder, 'password');
    writeFileSync(passwordFile, PASSWORD, { mode: 0o644 });
    run('initdb', ['--pgdata', dataFolder, '--username', SUPERUSER, '--auth=scram-sha-256', '--pwfile', passwordFile, '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync', '--no-instructions']);
  }
  const settings: Record<string, string> = {
    listen_addresses: '127.0.0.1', unix_socket_directories: socketFolder, ...(options.durable === true ? {} : NOT_DURABLE),
    ...(options.archive === true ? { archive_mode: 'on', archive_command: `test ! -f '${archiveFolder}/%f' && cp '%p' '${archiveFolder}/%f'` } : {}), ...options.settings,
  };
  const cluster = new Cluster(binaries, dataFolder, settings, owner, await freePort());
  const server = answersOf(cluster, { folder, dataFolder, archiveFolder, socketFolder, binaries });
  try {
    await cluster.start();
    if (options.dataFolder === undefined && options.replicaOf === undefined) await server.query(`CREATE ROLE ${USER} LOGIN PASSWORD '${PASSWORD}'`);
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
  return server;
}

/** The process of one server: what starts, stops and is listened to. */
class Cluster {
  said = '';
  #process: ChildProcess | null = null;
  readonly #killOnExit = (): void => void this.#process?.kill('SIGQUIT');
  readonly binaries: string;
  readonly dataFolder: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly owner: { uid: number; gid: number } | undefined;
  readonly port: number;

  constructor(binaries: string, dataFolder: string, settings: Readonly<Record<string, string>>, owner: { uid: number; gid: number } | undefined, port: number) {
    this.binaries = binaries;
    this.dataFolder = dataFolder;
    this.settings = settings;
    this.owner = owner;
    this.port = port;
    process.on('exit', this.#killOnExit);
  }

  async start(): Promise<void> {
    // After `kill -9` the other processes of the old server still hold its memory for a moment.
    for (let attempt = 0; ; attempt++) {
      const before = this.said.length;
      if (await this.#tryToStart()) return;
      const last = this.said.slice(before);
      if (attempt === 50 || !/shared memory block|lock file "postmaster.pid" already exists/.test(last)) throw new Error(`PostgreSQL did not start:\n${last}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  #tryToStart(): Promise<boolean> {
    const flags = Object.entries(this.settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const child = spawn(path.join(this.binaries, 'postgres'), ['-D', this.dataFolder, '-p', String(this.port), ...flags], {
      cwd: this.dataFolder, ...this.owner, stdio: ['ignore', 'ignore', 'pipe'], env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8', LC_MESSAGES: 'C' },
    });
    this.#process = child;
    const before = this.said.length;
    return new Promise((resolve, reject) => {
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        this.said += text;
        if (/ready to accept (read-only )?connections/.test(this.said.slice(before))) resolve(true);
      });
      child.once('error', reject);
      child.once('close', () => {
        if (this.#process === child) this.#process = null;
        resolve(false);
      });
    });
  }

  async stop(how: StopHow): Promise<void> {
    const child = this.#process;
    if (child === null) return;
    const ended = once(child, 'exit');
    child.kill(SIGNALS[how]);
    await ended;
    this.#process = null;
  }

  forget(): void {
    process.off('exit', this.#killOnExit);
  }
}

type Places = Pick<PrivatePostgres, 'folder' | 'dataFolder' | 'archiveFolder' | 'socketFolder' | 'binaries'>;

function answersOf(cluster: Cluster, places: Places): PrivatePostgres {
  const address = (user: string, database: string): string => `postgresql://${user}:${encodeURIComponent(PASSWORD)}@127.0.0.1:${cluster.port}/${encodeURIComponent(database)}`;
  let made = 0;
  const server: PrivatePostgres = {
    ...places, host: '127.0.0.1', port: cluster.port, user: USER, password: PASSWORD,
    url: (database = 'postgres') => address(USER, database),
    superuserUrl: (database = 'postgres') => address(SUPERUSER, database),
    async createDatabase(name = `codeindex_${++made}`, extensions = ['vector']) {
      await server.query(`CREATE DATABASE "${name}" OWNER ${USER}`);
      for (const extension of extensions) await server.query(`CREATE EXTENSION "${extension}"`, name);
      return server.url(name);
    },
    async query(sql, database) {
      const client = new pg.Client({ connectionString: server.superuserUrl(database) });
      await client.connect();
      try {
        const results = await client.query(sql);
        return (Array.isArray(results) ? results.at(-1) : results).rows;
      } finally {
        await client.end();
      }
    },
    stop: (how = 'fast') => cluster.stop(how),
    start: () => cluster.start(),
    log: () => cluster.said,
    async [Symbol.asyncDispose]() {
      await cluster.stop('immediate');
      cluster.forget();
      for (const place of [places.folder, places.dataFolder]) rmSync(place, { recursive: true, force: true, maxRetries: 10 });
    },
  };
  return server;
}
