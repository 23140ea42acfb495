/** Folders of ours that are still being filled: hidden, named by who fills them, and gone with the next call when that process is. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

let count = 0;

/** A name in `folder` that nothing else has. */
export function partialIn(folder: string): string {
  return join(folder, `.${process.pid}.${Date.now()}${count++}.partial`);
}

/** What killed processes left. */
export async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const owner = /^\.(\d+)\.\d+\.partial$/.exec(name)?.[1];
    if (owner === undefined || isAlive(Number(owner))) continue;
    await rm(join(folder, name), { recursive: true, force: true });
  }
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
