import { fork } from 'node:child_process';
import { CodeIndexError, throwIfAborted, type ErrorCode } from '../../base/mod.ts';
import type { CopyOptions, StoreCopy } from '../ports.ts';
import type { Cipher } from './cipher.ts';
import { removeDatabase } from './copy-file.ts';
import type { CopyDone, CopyMessage, CopyTask } from './copy-messages.ts';

const PROGRAM = new URL(import.meta.url.endsWith('.ts') ? './copy-process.ts' : './copy-process.js', import.meta.url);

export function keyText(cipher: Cipher | null | undefined): string | null {
  return cipher?.key.toString('base64') ?? null;
}

/** Has a copy made by a process of its own. Where it fails or is cancelled, nothing is left of it. */
export async function copyApart(task: CopyTask, { signal, onProgress }: CopyOptions = {}): Promise<StoreCopy> {
  throwIfAborted(signal);
  try {
    const done = await inProcess(task, signal, onProgress);
    return { ...done, encrypted: (task.newKey === undefined ? task.key : task.newKey) !== null };
  } catch (thrown) {
    removeDatabase(task.to);
    throwIfAborted(signal);
    throw thrown;
  }
}

function inProcess(task: CopyTask, signal: AbortSignal | undefined, onProgress: CopyOptions['onProgress']): Promise<CopyDone> {
  return new Promise((resolve, reject) => {
    const child = fork(PROGRAM, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    const stop = (): void => void child.kill('SIGKILL');
    signal?.addEventListener('abort', stop, { once: true });
    child.on('message', (message: CopyMessage) => {
      if (message.kind === 'progress') onProgress?.(message.done, message.total);
      else if (message.kind === 'done') resolve(message.done);
      else reject(new CodeIndexError(message.code as ErrorCode, message.message, message.fix));
    });
    child.once('error', reject);
    child.once('exit', (code, by) => {
      signal?.removeEventListener('abort', stop);
      // After an answer this changes nothing any more.
      reject(new CodeIndexError('unavailable', `The process that copied ${task.file} ended with ${by ?? code} before it was done.`, 'Check free memory and repeat the call; nothing was changed.'));
    });
    child.send(task, (error) => {
      if (error !== null) reject(error);
    });
  });
}
