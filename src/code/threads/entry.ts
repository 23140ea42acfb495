/** The parse thread: one task at a time, answers in order. */
import { parentPort } from 'node:worker_threads';
import { runParseTask } from '../parse-task.ts';
import { runTextTask } from '../text-task.ts';
import type { Reply, Request } from './messages.ts';

const port = parentPort;
if (port === null) throw new Error('src/code/threads/entry.ts runs as a worker thread only.');
port.on('message', async ({ id, task, item }: Request) => {
  try {
    const result = task.kind === 'text' ? runTextTask(task, item) : await runParseTask(task, item);
    port.postMessage({ id, result } satisfies Reply);
  } catch (error) {
    port.postMessage({ id, crashed: error instanceof Error ? error.message : String(error), item: Atomics.load(item, 0) } satisfies Reply);
  }
});
