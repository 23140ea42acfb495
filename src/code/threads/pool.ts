/**
 * The wall to the parse threads: bounds time, memory and queue, replaces a dead thread, and finds the one file
 * that killed it. Callers see results only.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { LIMITS, throwIfAborted } from '../../base/mod.ts';
import type { EmbedResult, EmbedTask, ParseItem, ParseResult, ParseTask, Reply, Request, Task, TextResult, TextTask } from './messages.ts';

export interface Pool extends AsyncDisposable {
  readonly threads: number;
  text(task: TextTask, signal?: AbortSignal): Promise<TextResult>;
  /** Files that crash or hang a grammar come back as text only, with a problem. */
  parse(task: ParseTask, signal?: AbortSignal): Promise<ParseResult>;
  /** Vectors of files that have facts. A file that crashes its grammar is embedded as plain text. */
  embed(task: EmbedTask, signal?: AbortSignal): Promise<EmbedResult>;
}

export interface PoolOptions {
  readonly threads?: number;
  /** The program of a thread, which calls `serveTasks`; absent: one that makes facts and no vectors. */
  readonly entry?: URL;
  /** Milliseconds after which a thread that is still at the same file is replaced. */
  readonly fileMillis?: number;
}

export function openPool(options: PoolOptions = {}): Pool {
  return new ThreadPool(options);
}

interface Job {
  readonly task: Task;
  readonly resolve: (reply: Reply) => void;
}

class Thread {
  readonly worker: Worker;
  /** `item` is written by the thread: the file that it is at. */
  job: (Job & { id: number; timer: NodeJS.Timeout; item: Int32Array }) | null = null;

  constructor(entry: URL) {
    this.worker = new Worker(entry, { resourceLimits: { maxOldGenerationSizeMb: LIMITS.threadHeapMegabytes } });
    this.worker.unref();
  }
}

class ThreadPool implements Pool {
  readonly threads: number;
  readonly #entry: URL;
  readonly #fileMillis: number;
  readonly #idle: Thread[] = [];
  readonly #all = new Set<Thread>();
  readonly #waiting: Job[] = [];
  #nextId = 1;
  #closed = false;

  constructor(options: PoolOptions) {
    this.threads = Math.max(1, options.threads ?? Math.min(availableParallelism(), LIMITS.threads));
    this.#entry = options.entry ?? new URL(import.meta.url.endsWith('.ts') ? './entry.ts' : './entry.js', import.meta.url);
    this.#fileMillis = options.fileMillis ?? LIMITS.fileMillis;
  }

  async text(task: TextTask, signal?: AbortSignal): Promise<TextResult> {
    const reply = await this.#run(task, signal);
    if ('result' in reply) return reply.result as TextResult;
    throw new Error(`reading files in a thread failed: ${reply.crashed}`);
  }

  async parse(task: ParseTask, signal?: AbortSignal): Promise<ParseResult> {
    const reply = await this.#run(task, signal);
    if ('result' in reply) return reply.result as ParseResult;
    return this.parse({ ...task, items: withoutGrammar(task.items, reply) }, signal);
  }

  async embed(task: EmbedTask, signal?: AbortSignal): Promise<EmbedResult> {
    const reply = await this.#run(task, signal);
    if ('result' in reply) return reply.result as EmbedResult;
    return this.embed({ ...task, items: withoutGrammar(task.items, reply) }, signal);
  }

  #run(task: Task, signal: AbortSignal | undefined): Promise<Reply> {
    throwIfAborted(signal);
    if (this.#closed) throw new Error('the thread pool is closed');
    return new Promise((resolve) => {
      this.#waiting.push({ task, resolve });
      this.#assign();
    });
  }

  #assign(): void {
    while (this.#waiting.length > 0) {
      const thread = this.#idle.pop() ?? (this.#all.size < this.threads ? this.#spawn() : undefined);
      if (thread === undefined) return;
      const job = this.#waiting.shift() as Job;
      const id = this.#nextId++;
      const item = new Int32Array(new SharedArrayBuffer(4));
      let before = -1;
      const timer = setInterval(() => {
        const now = Atomics.load(item, 0);
        if (now === before) this.#replace(thread, 'it did not come to an end');
        before = now;
      }, this.#fileMillis);
      thread.job = { ...job, id, timer, item };
      thread.worker.ref();
      thread.worker.postMessage({ id, task: job.task, item } satisfies Request);
    }
  }

  #spawn(): Thread {
    const thread = new Thread(this.#entry);
    this.#all.add(thread);
    thread.worker.on('message', (reply: Reply) => {
      const { job } = thread;
      if (job === null || job.id !== reply.id) return;
      if ('crashed' in reply) return this.#replace(thread, reply.crashed);
      this.#release(thread);
      this.#idle.push(thread);
      job.resolve(reply);
      this.#assign();
    });
    thread.worker.on('error', (error) => this.#replace(thread, error.message));
    thread.worker.on('exit', () => this.#replace(thread, 'the thread ended'));
    return thread;
  }

  #release(thread: Thread): void {
    if (thread.job !== null) clearInterval(thread.job.timer);
    thread.job = null;
    thread.worker.unref();
  }

  #replace(thread: Thread, reason: string): void {
    if (!this.#all.delete(thread)) return;
    const { job } = thread;
    this.#release(thread);
    const idle = this.#idle.indexOf(thread);
    if (idle >= 0) this.#idle.splice(idle, 1);
    void thread.worker.terminate();
    job?.resolve({ id: job.id, crashed: reason, item: Atomics.load(job.item, 0) });
    if (!this.#closed) this.#assign();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    const threads = [...this.#all];
    this.#all.clear();
    await Promise.all(threads.map((thread) => {
      this.#release(thread);
      return thread.worker.terminate();
    }));
  }
}

/** The one file that broke its grammar is kept as text, with the reason; the others are taken up again. */
function withoutGrammar<Item extends ParseItem>(items: readonly Item[], reply: Extract<Reply, { crashed: string }>): Item[] {
  const item = items[reply.item];
  if (item === undefined || item.textOnly !== null) throw new Error(`the work of a thread failed: ${reply.crashed}`);
  const problem = { kind: 'parse_crash', message: `The ${item.language} grammar failed: ${reply.crashed}` } as const;
  return items.with(reply.item, { ...item, textOnly: 'parse_crash', problems: [...item.problems, problem] });
}
