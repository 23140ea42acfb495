/** The folders that a client works in, indexed and watched behind the answers. */
import { realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { openLocation } from '../../repo/mod.ts';
import type { Service } from '../../service/mod.ts';
import type { Followed, Watchers } from './watchers.ts';

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

export function openWorkspace(service: Service, watchers: Watchers): Workspace {
  const followed = new Map<string, Followed>();
  const bell = new Bell();
  let closed = false;
  /** The client said where it works, or that it works nowhere. */
  let known = false;
  /** Something of the workspace was searchable once, so nothing has to be waited for. */
  let searchable = false;
  return {
    follow(folders) {
      // The client may be gone before it is known where it worked.
      if (closed) return;
      const wanted = new Set(folders);
      known = true;
      searchable = false;
      for (const [folder, one] of followed) {
        if (wanted.has(folder)) continue;
        followed.delete(folder);
        one.release();
      }
      service.setWorkspace([...wanted]);
      for (const folder of wanted) if (!followed.has(folder)) followed.set(folder, watchers.follow(folder, () => bell.ring()));
      bell.ring();
    },
    activity: () => [...followed.values()].map((one) => one.sentence()).filter((sentence) => sentence !== ''),
    async settled(millis, { text }) {
      const end = Date.now() + millis;
      await bell.until(() => known, end);
      if (!text || searchable || followed.size === 0) return;
      searchable = await hasText(service);
      if (!searchable) await bell.until(() => [...followed.values()].every((one) => one.textDone()), end);
    },
    close() {
      closed = true;
      for (const one of followed.values()) one.release();
      followed.clear();
    },
  };
}

async function hasText(service: Service): Promise<boolean> {
  const [items, store] = await Promise.all([service.workspace(), service.store()]);
  const views = await store.meta.views();
  return items.length > 0 && items.every((item) => views.some((view) => view.id === item.view && view.indexedAt !== null));
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
