import { openPool, type Pool } from '../code/mod.ts';

/** Threads that make facts and vectors. `threads`: absent, as many as the machine has cores. */
export function openThreads(threads?: number): Pool {
  const entry = new URL(import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js', import.meta.url);
  return openPool({ entry, ...(threads === undefined ? {} : { threads }) });
}
