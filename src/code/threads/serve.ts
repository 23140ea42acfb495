/** What a parse thread does: one task at a time, answers in order. */
import { parentPort } from 'node:worker_threads';
import { runEmbedTask } from '../embed-task.ts';
import { runParseTask } from '../parse-task.ts';
import { runTextTask } from '../text-task.ts';
import type { ChunkEncoder, OpenEncoder, Reply, Request, Task, TaskResult } from './messages.ts';

/** Serves the pool that started this thread. `open` brings the encoder of the tasks that want vectors. */
export function serveTasks(open: OpenEncoder): void {
  const port = parentPort;
  if (port === null) throw new Error('Tasks are served in a worker thread only.');
  const encoders = new Map<string, Promise<ChunkEncoder>>();
  const encoderOf = (model: string | null): Promise<ChunkEncoder | null> => {
    if (model === null) return Promise.resolve(null);
    const known = encoders.get(model) ?? open(model);
    encoders.set(model, known);
    return known;
  };
  port.on('message', async ({ id, task, item }: Request) => {
    try {
      port.postMessage({ id, result: await run(task, item, encoderOf) } satisfies Reply);
    } catch (error) {
      port.postMessage({ id, crashed: error instanceof Error ? error.message : String(error), item: Atomics.load(item, 0) } satisfies Reply);
    }
  });
}

async function run(task: Task, at: Int32Array, encoderOf: (model: string | null) => Promise<ChunkEncoder | null>): Promise<TaskResult> {
  if (task.kind === 'text') return runTextTask(task, at);
  // Before the first file: a model that cannot be opened is no fault of a file.
  Atomics.store(at, 0, -1);
  const encoder = await encoderOf(task.model);
  return task.kind === 'parse' ? runParseTask(task, at, encoder) : runEmbedTask(task, at, encoder as ChunkEncoder);
}
