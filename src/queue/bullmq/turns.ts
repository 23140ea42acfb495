/** Which jobs may begin, who runs them, and how many there are: the scripts of `scripts.ts` as functions. */
import { createHash, randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { LIMITS } from '../../base/mod.ts';
import type { Job, JobRequest, Progress } from '../../domain/mod.ts';
import { isPaced } from '../pace.ts';
import { redisError, type RedisPlace } from './connection.ts';
import { scriptsFor, type ScriptName } from './scripts.ts';

export type QueueName = 'indexing' | 'symbols';
export const QUEUE_NAMES: readonly QueueName[] = ['indexing', 'symbols'];

/** A job that may begin, and the number under which it was handed out: whoever comes with an older one comes too late. */
export interface Handed {
  readonly id: string;
  readonly number: number;
  readonly queue: QueueName;
}

/** A job in the hands of a process. */
export interface Held {
  readonly job: Job;
  readonly number: number;
  /** Nobody else has it. */
  readonly token: string;
}

export interface TurnsOptions {
  readonly redis: Redis;
  readonly place: RedisPlace;
  /** With which all keys begin. */
  readonly prefix: string;
  readonly leaseMillis: number;
  readonly jobsPerMinute: number;
  readonly oneAtATime: boolean;
  /** Hears what each call found: how many jobs wait or run, and which may begin from now on. */
  readonly onAnswer: (live: number, handed: readonly Handed[]) => void;
}

/** Work that only compares what is stored goes beside what reads files, so that neither waits for workers of the other. */
export function queueOf({ kind }: JobRequest): QueueName {
  return kind === 'symbols' ? 'symbols' : 'indexing';
}

export class Turns {
  readonly #options: TurnsOptions;
  readonly #prefix: string;

  constructor(options: TurnsOptions) {
    this.#options = options;
    this.#prefix = `${options.prefix}:turns:`;
    for (const [name, lua] of Object.entries(scriptsFor(options.oneAtATime))) options.redis.defineCommand(commandOf(name as ScriptName), { numberOfKeys: 1, lua });
  }

  /** `cold`: Redis has forgotten; `full`; `same`: the id of the job that waits; `new`: an id that is to be written down and entered. */
  async reserve({ repository, request }: Pick<Job, 'repository' | 'request'>, id = ''): Promise<{ readonly what: 'cold' | 'full' | 'same' | 'new'; readonly id: string }> {
    const [what = '', found = ''] = (await this.#ask('reserve', digestOf(repository, request), LIMITS.jobsWaiting, randomBytes(5).toString('hex'), id)).split(' ');
    return { what: what as 'cold', id: found };
  }

  async unreserve({ repository, request, id }: Job): Promise<void> {
    await this.#ask('unreserve', digestOf(repository, request), id);
  }

  async enter(job: Job, { delayMillis = 0, anew = false }: { readonly delayMillis?: number; readonly anew?: boolean } = {}): Promise<void> {
    await this.#ask('enter', job.id, job.repository, queueOf(job.request), digestOf(job.repository, job.request), this.#rateOf(job), delayMillis, anew ? '1' : '');
  }

  begin({ id, number }: Pick<Handed, 'id' | 'number'>, token: string): Promise<'gone' | 'held' | 'cancelled' | 'begun'> {
    return this.#ask('begin', id, number, token, this.#options.leaseMillis) as Promise<'begun'>;
  }

  hold({ job, number, token }: Held): Promise<'held' | 'lost' | 'cancelled'> {
    return this.#ask('hold', job.id, number, token, this.#options.leaseMillis, job.repository, queueOf(job.request), digestOf(job.repository, job.request), this.#rateOf(job)) as Promise<'held'>;
  }

  /** Takes a job out. False where somebody else runs it meanwhile. */
  async leave(id: string, { number, token }: Pick<Held, 'number' | 'token'> = { number: 0, token: '' }): Promise<boolean> {
    return (await this.#ask('leave', id, token, number)) === 'left';
  }

  /** Lets a job wait again that was handed out under this number; false where that has changed. */
  async again(id: string, { number, token = '' }: { readonly number: number; readonly token?: string }, delayMillis = 0): Promise<boolean> {
    return (await this.#ask('again', id, token, number, Math.round(delayMillis))) === 'waits';
  }

  async cancel(id: string): Promise<'runs' | 'left'> {
    return this.#ask('cancel', id) as Promise<'left'>;
  }

  /** Hands out what has become due; false where Redis has forgotten everything. */
  async tick(): Promise<boolean> {
    return (await this.#ask('tick')) === 'warm';
  }

  async warm(newestMillis: number): Promise<void> {
    await this.#ask('warm', newestMillis);
  }

  async look(ids: readonly string[]): Promise<readonly { readonly number: number; readonly held: boolean }[]> {
    const found = (await this.#run('look', ids)) as [number, number][];
    return found.map(([number, held]) => ({ number, held: held === 1 }));
  }

  /** Ids of all jobs that wait or run, in their order. */
  all(): Promise<readonly string[]> {
    return this.#guarded(() => this.#options.redis.zrange(`${this.#prefix}line`, '0', '-1'));
  }

  async isTurn(name: string, token: string, millis: number): Promise<boolean> {
    return (await this.#run('turn', [name, token, millis])) === 1;
  }

  async putProgress(id: string, progress: Progress): Promise<void> {
    await this.#guarded(() => this.#options.redis.hset(`${this.#prefix}progress`, id, JSON.stringify(progress)));
  }

  async progress(ids: readonly string[]): Promise<ReadonlyMap<string, Progress>> {
    if (ids.length === 0) return new Map();
    const found = await this.#guarded(() => this.#options.redis.hmget(`${this.#prefix}progress`, ...ids));
    return new Map(found.flatMap((text, at) => (text === null ? [] : [[ids[at] as string, JSON.parse(text) as Progress]])));
  }

  #rateOf({ request, repository }: Job): number {
    return repository !== '' && isPaced(request) ? this.#options.jobsPerMinute : 0;
  }

  async #ask(name: ScriptName, ...given: readonly (string | number)[]): Promise<string> {
    const [word, live, offered] = (await this.#run(name, given)) as [string, number, [string, number, QueueName][]];
    this.#options.onAnswer(live, offered.map(([id, number, queue]) => ({ id, number, queue })));
    return word;
  }

  #run(name: ScriptName, given: readonly (string | number)[]): Promise<unknown> {
    const commands = this.#options.redis as unknown as Readonly<Record<string, (...given: readonly (string | number)[]) => Promise<unknown>>>;
    return this.#guarded(() => (commands[commandOf(name)] as (typeof commands)[string]).call(this.#options.redis, this.#prefix, ...given));
  }

  async #guarded<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      throw redisError(error, this.#options.place);
    }
  }
}

function commandOf(name: ScriptName): string {
  return `codeIndex${name}`;
}

/** The same for work that is the same, whatever the order of its parts. */
function digestOf(repository: string, request: JobRequest): string {
  const parts = Object.entries(request).filter(([, value]) => value !== undefined).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify([repository, parts])).digest('base64url');
}
