/** A whole installation on this machine: PostgreSQL, Redis, servers and workers, each a process of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cleanEnvironment, startServer, type RunningServer } from '../../test/server.ts';
import { startPostgres, type PrivatePostgres } from '../../test/services/postgres.ts';
import { startRedis, type RedisService } from '../../test/services/redis.ts';

const PROGRAM = join(import.meta.dirname, '..', '..', 'src', 'bin.ts');

export interface Worker {
  readonly name: string;
  readonly process: ChildProcess;
  log(): string;
}

export class Installation implements AsyncDisposable {
  readonly root: string;
  readonly postgres: PrivatePostgres;
  readonly redis: RedisService;
  readonly servers: Map<string, RunningServer> = new Map();
  readonly workers: Map<string, Worker> = new Map();
  readonly #env: Readonly<Record<string, string>>;

  private constructor(root: string, postgres: PrivatePostgres, redis: RedisService, url: string) {
    this.root = root;
    this.postgres = postgres;
    this.redis = redis;
    this.#env = {
      DATABASE_URL: url, REDIS_URL: redis.url, ENABLE_REPOSITORY_MANAGEMENT: 'true', MCP_ALLOWED_ROOTS: root, JOBS_PER_MINUTE: '0', RATE_LIMIT: 'off',
      REPOSITORY_FETCH_MINUTES: '0', LOG_LEVEL: 'info', CODE_INDEX_THREADS: '1', MCP_ENVIRONMENT: 'production',
    };
  }

  static async start(root: string): Promise<Installation> {
    const postgres = await startPostgres({ durable: true, settings: { max_connections: '200' } });
    const redis = await startRedis({ settings: { 'maxmemory-policy': 'noeviction' } });
    return new Installation(root, postgres, redis, await postgres.createDatabase('codeindex', []));
  }

  /** Each has a data folder of its own, as on another machine; checkouts are shared. */
  #dataDir(name: string): string {
    const folder = join(this.root, 'data', name);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  async startServer(name: string): Promise<void> {
    this.servers.set(name, await startServer({ dataDir: this.#dataDir(name), env: this.#env }));
  }

  async startWorker(name: string): Promise<void> {
    const child = spawn(process.execPath, [PROGRAM, 'worker', '--data-dir', this.#dataDir(name)], { cwd: this.root, env: cleanEnvironment(this.#env), stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => (said += bytes.toString('utf8')));
    this.workers.set(name, { name, process: child, log: () => said });
  }

  /** `kill -9`, and the processes of its jobs with it where the system ends them: they notice by their channel. */
  async kill(name: string): Promise<void> {
    const child = this.servers.get(name)?.process ?? this.workers.get(name)?.process;
    this.servers.delete(name);
    this.workers.delete(name);
    if (child === undefined || child.exitCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const worker of this.workers.values()) worker.process.kill('SIGTERM');
    for (const server of this.servers.values()) await server.stop();
    for (const { process: child } of this.workers.values()) if (child.exitCode === null && child.signalCode === null) await Promise.race([once(child, 'exit'), new Promise((resolve) => setTimeout(resolve, 10_000))]).then(() => child.kill('SIGKILL'));
    await this.redis[Symbol.asyncDispose]();
    await this.postgres[Symbol.asyncDispose]();
  }
}
