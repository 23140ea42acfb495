/** Packages that only they have who ask for what needs them. */
import { CodeIndexError, type Log } from '../../base/mod.ts';
import type { Settings } from '../flags.ts';

export interface ReportingOptions {
  readonly settings: Settings;
  readonly version: string;
  readonly log: Log;
  mask(text: string): string;
}

/** Brings an optional package, or says how to install what `variable` needs. */
export async function bring<T>(variable: string, packages: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    throw new CodeIndexError('unavailable', `${variable} is set, but what it needs does not load: ${((error as Error).message.split('\n')[0] ?? '').slice(0, 200)}.`, `Run \`npm i ${packages}\` beside code-index, or unset ${variable}.`, { cause: error });
  }
}
