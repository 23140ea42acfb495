/** A parse thread that fails where a text says so, as a broken grammar would: proves the wall of the pool. */
import { parentPort } from 'node:worker_threads';
import { zstdDecompressSync } from 'node:zlib';
import { runParseTask } from '../parse-task.ts';
import type { ParseTask, Reply, Request } from './messages.ts';

const port = parentPort;
if (port === null) throw new Error('This file runs as a worker thread only.');
port.on('message', async ({ id, task, item: at }: Request) => {
  const parse = task as ParseTask;
  for (const [index, item] of parse.items.entries()) {
    Atomics.store(at, 0, index);
    if (item.textOnly !== null) continue;
    const text = Buffer.from(zstdDecompressSync(parse.packs[item.content.pack] as Uint8Array)).toString('utf8', item.content.offset, item.content.offset + item.content.length);
    if (text.includes('dies')) process.exit(7);
    if (text.includes('throws')) throw new Error('memory access out of bounds');
    if (text.includes('hangs')) for (;;);
  }
  port.postMessage({ id, result: await runParseTask(parse, at, null) } satisfies Reply);
});
