/** The folders that a client works in, indexed and watched behind the answers by a process of their own. */
import type { ChildProcess } from 'node:child_process';
import { realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Progress } from '../../domain/mod.ts';
import { openLocation } from '../../repo/mod.ts';
import { progressSentence, type Service } from '../../service/mod.ts';

export interface Workspace {
  /** Follows the folders: those that are new are indexed, those that went are let go. */
  follow(folders: readonly string[]): void;
  /** What is being indexed, one sentence each. */
  activity(): readonly string[];
  /**
   * Resolves when the client has said where it works, and with `text` when something there is searchable, be it from
   * an earlier session; at the latest after `millis`.
   */
  settled(millis: number, wanted: { readonly text: boolean }): Promise<void>;
  close(): void;
}

interface Watcher {
  readonly child: ChildProcess;
  sentence: string;
  /** The text is searchable, or the process ended. */
  textDone: boolean;
}

export interface WorkspaceOptions {
  readonly service: Service;
  /** Starts this program with these words; NDJSON comes on its stdout. */
  start(words: readonly string[]): ChildProcess;
  log(level: 'debug' | 'info' | 'warn', sentence: string): void;
}

/** Wakes those who wait for a condition, so that they look again. */
class Bell {
  readonly #waiting = new Set<() => void>();

  ring(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  /** Resolves when `ready` says so after a ring, and at the latest at `end`, in milliseconds of the clock. */
  async until(ready: () => boolean, end: number): Promise<void> {
    while (!ready() && Date.now() < end) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, end - Date.now());
        this.#waiting.add(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }
}

export function openWorkspace(options: WorkspaceOptions): Workspace {
  const watchers = new Map<string, Watcher>();
  const bell = new Bell();
  let closed = false;
  /** The client said where it works, or that it works nowhere. */
  let known = false;
  /** Something of the workspace was searchable once, so nothing has to be waited for. */
  let searchable = false;
  const begin = (folder: string): void => {
    const child = options.start(['watch', folder, '--json']);
    const watcher: Watcher = { child, sentence: `${path.basename(folder)}: looking for files`, textDone: false };
    watchers.set(folder, watcher);
    const finish = (why: string): void => {
      if (!closed && watchers.get(folder) === watcher) options.log('warn', `The process that watches ${folder} ended: ${why}.`);
      watcher.sentence = '';
      watcher.textDone = true;
      bell.ring();
    };
    child.on('error', (error) => finish(error.message));
    child.on('exit', (code) => finish(`exit code ${code ?? 'none'}`));
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).on('line', (line) => {
      const progress = asProgress(line);
      if (progress === null) return;
      options.log('debug', line);
      watcher.sentence = progress.kind === 'done' ? '' : progressSentence(progress);
      if (progress.kind === 'symbols' || progress.kind === 'done') {
        watcher.textDone = true;
        bell.ring();
      }
    });
  };
  return {
    follow(folders) {
      const wanted = new Set(folders);
      known = true;
      searchable = false;
      for (const [folder, { child }] of watchers) {
        if (wanted.has(folder)) continue;
        watchers.delete(folder);
        child.kill();
      }
      options.service.setWorkspace([...wanted]);
      for (const folder of wanted) if (!watchers.has(folder)) begin(folder);
      bell.ring();
    },
    activity: () => [...watchers.values()].flatMap(({ sentence }) => (sentence === '' ? [] : [sentence])),
    async settled(millis, { text }) {
      const end = Date.now() + millis;
      await bell.until(() => known, end);
      if (!text || searchable || watchers.size === 0) return;
      searchable = await hasText(options.service);
      if (!searchable) await bell.until(() => [...watchers.values()].every(({ textDone }) => textDone), end);
    },
    close() {
      closed = true;
      for (const { child } of watchers.values()) child.kill();
      watchers.clear();
    },
  };
}

async function hasText(service: Service): Promise<boolean> {
  const [items, store] = await Promise.all([service.workspace(), service.store()]);
  const views = await store.meta.views();
  return items.length > 0 && items.every((item) => views.some((view) => view.id === item.view && view.indexedAt !== null));
}

function asProgress(line: string): Progress | null {
  try {
    const value = JSON.parse(line) as Partial<Progress>;
    return value.kind === undefined ? null : (value as Progress);
  } catch {
    return null;
  }
}

/** The folders of a client's roots: existing ones, real paths, no home folder and no root of a disk. */
export function foldersOf(roots: readonly { readonly uri: string }[]): readonly string[] {
  return roots.flatMap(({ uri }) => {
    try {
      const folder = realpathSync(fileURLToPath(uri));
      return statSync(folder).isDirectory() && !tooWide(folder) ? [folder] : [];
    } catch {
      return [];
    }
  });
}

/** The top of the git repository around a folder; nothing where there is none. */
export async function repositoryAround(folder: string): Promise<readonly string[]> {
  if (tooWide(folder)) return [];
  const location = await openLocation(folder).catch(() => null);
  if (location?.kind !== 'git') return [];
  const top = location.top ?? location.root;
  return tooWide(top) ? [] : [top];
}

function tooWide(folder: string): boolean {
  return folder === path.parse(folder).root || folder === homedir();
}
