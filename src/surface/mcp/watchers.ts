/** Folders indexed and watched by processes of their own: one for each folder, however many sessions follow it. */
import type { ChildProcess } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Log } from '../../base/mod.ts';
import type { Progress } from '../../domain/mod.ts';
import { progressSentence } from '../../service/mod.ts';
import type { StartHelper } from './options.ts';

/** One folder as one session follows it. */
export interface Followed {
  /** What is being indexed, or empty. */
  sentence(): string;
  /** The text is searchable, or the process ended. */
  textDone(): boolean;
  /** Lets go; the last one ends the process. */
  release(): void;
}

export interface Watchers {
  /** `onChange` is told when `textDone` may have changed. */
  follow(folder: string, onChange: () => void): Followed;
  close(): void;
}

interface Watcher {
  readonly child: ChildProcess;
  readonly followers: Set<() => void>;
  sentence: string;
  textDone: boolean;
  ended: boolean;
  /** Runs while nobody follows. */
  leaving: NodeJS.Timeout | null;
}

export interface WatchersOptions {
  readonly start: StartHelper;
  readonly log: Log;
  /** How long a process outlives the last session that followed its folder: agents leave and come back. */
  readonly lingerMillis: number;
}

export function openWatchers(options: WatchersOptions): Watchers {
  const watchers = new Map<string, Watcher>();
  const end = (folder: string, watcher: Watcher): void => {
    if (watchers.get(folder) === watcher) watchers.delete(folder);
    watcher.child.kill();
  };
  const leave = (folder: string, watcher: Watcher): void => {
    if (watcher.followers.size > 0 || watcher.leaving !== null) return;
    if (options.lingerMillis === 0 || watcher.ended) return end(folder, watcher);
    watcher.leaving = setTimeout(() => end(folder, watcher), options.lingerMillis);
    watcher.leaving.unref();
  };
  const watcherOf = (folder: string): Watcher => {
    const known = watchers.get(folder);
    // One that ended by itself is begun again by the next session.
    if (known !== undefined && !known.ended) return known;
    const made = begin(folder, options, () => watchers.get(folder) === made);
    watchers.set(folder, made);
    return made;
  };
  return {
    follow(folder, onChange) {
      const watcher = watcherOf(folder);
      if (watcher.leaving !== null) clearTimeout(watcher.leaving);
      watcher.leaving = null;
      const follower = (): void => onChange();
      watcher.followers.add(follower);
      return {
        sentence: () => watcher.sentence,
        textDone: () => watcher.textDone,
        release: () => {
          if (watcher.followers.delete(follower)) leave(folder, watcher);
        },
      };
    },
    close() {
      for (const [folder, watcher] of watchers) {
        if (watcher.leaving !== null) clearTimeout(watcher.leaving);
        end(folder, watcher);
      }
    },
  };
}

/** `wanted` says whether the end of the process would be a surprise. */
function begin(folder: string, { start, log }: WatchersOptions, wanted: () => boolean): Watcher {
  const child = start(['watch', folder, '--json']);
  const watcher: Watcher = { child, followers: new Set(), sentence: `${path.basename(folder)}: looking for files`, textDone: false, ended: false, leaving: null };
  const ring = (): void => {
    for (const follower of watcher.followers) follower();
  };
  const finish = (why: string): void => {
    if (wanted()) log('warn', `The process that watches ${folder} ended: ${why}.`);
    watcher.sentence = '';
    watcher.textDone = true;
    watcher.ended = true;
    ring();
  };
  child.on('error', (error) => finish(error.message));
  child.on('exit', (code) => finish(`exit code ${code ?? 'none'}`));
  if (child.stdout === null) return watcher;
  createInterface({ input: child.stdout }).on('line', (line) => {
    const progress = asProgress(line);
    if (progress === null) return;
    log('debug', line);
    watcher.sentence = progress.kind === 'done' ? '' : progressSentence(progress);
    if (progress.kind === 'symbols' || progress.kind === 'done') {
      watcher.textDone = true;
      ring();
    }
  });
  return watcher;
}

function asProgress(line: string): Progress | null {
  try {
    const value = JSON.parse(line) as Partial<Progress>;
    return value.kind === undefined ? null : (value as Progress);
  } catch {
    return null;
  }
}
