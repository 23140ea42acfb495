/** One mining process and its replacement when a grammar breaks or hangs in it. */
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { MineCounts, MineJob } from './mine.ts';
import type { MineReply, MineRequest } from './miner.ts';

/** Unpacking a large archive on a busy machine tells nothing for so long. */
const STILL_MILLIS = 300_000;
const CRASHES_MAX = 8;

export interface Miner {
  /** Writes the units to `output` and `<output>.prints`. A file that ends the process is skipped; after eight of them throws `Error`. */
  mine(job: MineJob, output: string): Promise<{ readonly licence: string | null; readonly counts: MineCounts }>;
  close(): void;
}

export function openMiner(): Miner {
  let child: ChildProcess | null = null;
  const attempt = (request: MineRequest): Promise<MineReply | { readonly crashedAt: string }> => new Promise((resolve) => {
    const own = (child ??= fork(fileURLToPath(new URL('./miner.ts', import.meta.url)), { execArgv: ['--max-old-space-size=3000'] }));
    let at = '';
    const timer = setTimeout(() => own.kill('SIGKILL'), STILL_MILLIS);
    const settle = (reply: MineReply | { readonly crashedAt: string }): void => {
      clearTimeout(timer);
      own.removeAllListeners();
      resolve(reply);
    };
    own.on('message', (reply: MineReply) => {
      if ('at' in reply) {
        at = reply.at;
        timer.refresh();
      } else settle(reply);
    });
    own.on('exit', () => {
      child = null;
      settle({ crashedAt: at });
    });
    own.send(request);
  });
  return {
    async mine(job, output) {
      let skip: readonly string[] = job.skip;
      for (;;) {
        const reply = await attempt({ job: { ...job, skip }, output });
        if ('done' in reply) return reply.done;
        if ('failed' in reply) throw new Error(reply.failed);
        if (!('crashedAt' in reply) || reply.crashedAt === '' || skip.length >= CRASHES_MAX) throw new Error(`the mining process ended after ${skip.length + 1} files`);
        skip = [...skip, reply.crashedAt];
      }
    },
    close() {
      child?.disconnect();
    },
  };
}
