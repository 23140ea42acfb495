import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { corporaFolder, corpus } from '../corpora.ts';

/** The folders to measure on: names of corpora, or folders as they are; the suite's own where none is named. */
export function corpora(named: readonly string[], own: readonly string[], folder: string | undefined): string[] {
  return (named.length === 0 ? own : named).map((name) => (name.includes('/') && existsSync(name) ? resolve(name) : corpus(name, resolve(corporaFolder(folder)))));
}
