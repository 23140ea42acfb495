/**
 * The wall to the parse threads: bounds time, memory and queue, replaces a dead thread, and finds the one file
 * that killed it. Callers see results only.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { LIMITS, throwIfAborted } from '../../base/mod.ts';
import type { ParseResult, ParseTask, Reply, Request, Task, TextResult, TextTask } from './messages.ts';

export interface Pool extends AsyncDisposable {
  readonly threads: number;
  text(task: TextTask, signal?: AbortSignal): Promise<TextResult>;
  /** Files that crash or hang a grammar come back as text only with a problem; see `parseAlone`. */
  parse(task: ParseTask, signal?: AbortSignal): Promise<readonly ParseResult[]>;
}

export function openPool(options: { threads?: number } = {}): Pool {
  return new ThreadPool(Math.max(1, options.threads ?? Math.min(availableParallelism(), LIMITS.threads)));
}

interface Job {
  readonly task: Task;
  readonly resolve: (reply: Reply) => void;
}

class Thread {
  readonly worker: Worker;
  job: (Job & { id: number; timer: NodeJS.Timeout }) | null = null;

  constructor() {
    const entry = import.meta.url.endsWith('.ts') ? './entry.ts' : './entry.js';
    this.worker = new Worker(new URL(entry, import.meta.url), { resourceLimits: { maxOldGenerationSizeMb: LIMITS.threadHeapMegabytes } });
    this.worker.unref();
  }
}

class ThreadPool implements Pool {
  readonly threads: number;
  readonly #idle: Thread[] = [];
  readonly #all = new Set<Thread>();
  readonly #waiting: Job[] = [];
  #nextId = 1;
  #closed = false;

  constructor(threads: number) {
    this.threads = threads;
  }

  async text(task: TextTask, signal?: AbortSignal): Promise<TextResult> {
    const reply = await this.#run(task, signal);
    if ('result' in reply) return reply.result as TextResult;
    throw new Error(`reading files in a thread failed: ${reply.crashed}`);
  }

  async parse(task: ParseTask, signal?: AbortSignal): Promise<readonly ParseResult[]> {
    const reply = await this.#run(task, signal);
    if ('result' in reply) return [reply.result as ParseResult];
    if (task.items.length > 1) return this.#halves(task, signal);
    const item = task.items[0];
    if (item === undefined || item.textOnly !== null) throw new Error(`splitting a text in a thread failed: ${reply.crashed}`);
    // The one file that crashes its grammar is kept as text, with the reason.
    const [result] = await this.parse({ ...task, items: [{ ...item, textOnly: 'parse_crash' }] }, signal);
    const problem = { kind: 'parse_crash', message: `The ${item.language} grammar failed: ${reply.crashed}` } as const;
    return [{ ...(result as ParseResult), outcomes: (result as ParseResult).outcomes.map((outcome) => ({ ...outcome, problems: [...outcome.problems, problem] })) }];
  }

  async #halves(task: ParseTask, signal?: AbortSignal): Promise<readonly ParseResult[]> {
    const middle = task.items.length >> 1;
    const first = await this.parse({ ...task, items: task.items.slice(0, middle) }, signal);
    return [...first, ...(await this.parse({ ...task, items: task.items.slice(middle) }, signal))];
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
      // A file may use its whole time limit; a thread that exceeds the sum hangs inside a grammar.
      const files = job.task.items.length;
      const timer = setTimeout(() => this.#replace(thread, 'it did not answer in time'), LIMITS.taskMillis + (files === 1 ? LIMITS.parseMillis : 0));
      thread.job = { ...job, id, timer };
      thread.worker.ref();
      thread.worker.postMessage({ id, task: job.task } satisfies Request);
    }
  }

  #spawn(): Thread {
    const thread = new Thread();
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
    if (thread.job !== null) clearTimeout(thread.job.timer);
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
    job?.resolve({ id: job.id, crashed: reason });
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
