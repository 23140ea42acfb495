/** Where given answers are kept: bounded in bytes, the one used longest ago goes first. Knows no operation and no caller. */
import { LIMITS, breathe } from '../base/mod.ts';
import type { SharedAnswers } from '../cluster/mod.ts';
import type { Entry, Freshness, View } from '../domain/mod.ts';

/** What an answer says of one place. */
export interface Label {
  readonly repository: string;
  readonly branch: string | null;
  readonly path: string;
  readonly freshness: Freshness;
}

/** A file on disk that an answer says something about. */
export interface Rest {
  readonly view: View;
  readonly entry: Entry;
  readonly freshness: Freshness;
}

export interface Kept {
  readonly key: string;
  readonly bytes: Buffer;
  readonly tag: string;
  readonly labels: readonly Label[];
  /** Another server made it. */
  readonly shared: boolean;
  /** Where the labels come from; found when the answer is asked for again first. Null: cannot be found. */
  rests: Promise<readonly Rest[] | null> | null;
  checkedAt: number;
  /** Given until then at most; from `performance.now()`. */
  readonly until: number;
}

/** The generations that callers with the same grants saw last. */
export interface Seen {
  readonly generations: string;
  readonly since: number;
  readonly views: readonly View[];
}

interface Running {
  readonly stop: AbortController;
  readonly made: Promise<Kept>;
  waiting: number;
}

/** Sets of grants, and folders with a HEAD, that are remembered. */
const SEEN_KEPT = 200;
const HEADS_KEPT = 4_096;

export class KeptAnswers {
  readonly #kept = new Map<string, Kept>();
  readonly #running = new Map<string, Running>();
  readonly #seen = new Map<string, Seen>();
  readonly #heads = new Map<string, { readonly at: number; readonly head: Promise<string | null> }>();
  /** What other servers keep; null where there are none. */
  #shared: SharedAnswers | null = null;
  #bytes = 0;
  #turns: Promise<void> = Promise.resolve();

  get shared(): SharedAnswers | null {
    return this.#shared;
  }

  /** Gives and takes answers that other servers keep, from now on. */
  share(shared: SharedAnswers | null): void {
    this.#shared = shared;
  }

  /** Forgets everything: another database stands behind the service. */
  clear(): void {
    for (const map of [this.#kept, this.#seen, this.#heads]) map.clear();
    this.#bytes = 0;
  }

  find(key: string): Kept | undefined {
    return this.#kept.get(key);
  }

  /** It was asked for: the last in the map is the last to go. */
  touch(kept: Kept): void {
    if (this.#kept.get(kept.key) === kept && this.#kept.delete(kept.key)) this.#kept.set(kept.key, kept);
  }

  keep(kept: Kept): void {
    this.forget(this.#kept.get(kept.key));
    this.#kept.set(kept.key, kept);
    this.#bytes += sizeOf(kept);
    for (const oldest of this.#kept.values()) {
      if (this.#bytes <= LIMITS.answerCacheBytes) return;
      this.forget(oldest);
    }
  }

  forget(kept: Kept | undefined): void {
    if (kept !== undefined && this.#kept.get(kept.key) === kept && this.#kept.delete(kept.key)) this.#bytes -= sizeOf(kept);
  }

  /** Whether somebody asks the same just now. */
  isBeingMade(key: string): boolean {
    return this.#running.has(key);
  }

  /** Waits for the answer that is being made, or has it made. The work is stopped when nobody waits for it any more. */
  wait(key: string, make: (signal: AbortSignal) => Promise<Kept>, signal: AbortSignal | undefined): Promise<Kept> {
    const running = this.#running.get(key) ?? this.#start(key, make);
    if (signal === undefined) {
      running.waiting = Infinity;
      return running.made;
    }
    running.waiting++;
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        reject(signal.reason);
        if (--running.waiting > 0) return;
        if (this.#running.get(key) === running) this.#running.delete(key);
        running.stop.abort(signal.reason);
      };
      signal.addEventListener('abort', leave, { once: true });
      running.made.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
    });
  }

  #start(key: string, make: (signal: AbortSignal) => Promise<Kept>): Running {
    const stop = new AbortController();
    const running: Running = { stop, made: make(stop.signal), waiting: 0 };
    this.#running.set(key, running);
    const ended = (): void => {
      if (this.#running.get(key) === running) this.#running.delete(key);
    };
    running.made.then(ended, ended);
    return running;
  }

  /**
   * An embedded store answers without ever waiting, so questions that arrive together would run through each other and end
   * together, and nothing else would be heard until then. Each begins in a turn of the event loop of its own: one is done
   * before the next begins, unless it waits for something, and between two of them what is kept is given out.
   */
  turn(): Promise<void> {
    return (this.#turns = this.#turns.then(breathe));
  }

  async seen(grants: string, generations: string, views: () => Promise<readonly View[]>): Promise<Seen> {
    const known = this.#seen.get(grants);
    if (known?.generations === generations) return known;
    const seen: Seen = { generations, since: performance.now(), views: await views() };
    if (this.#seen.size >= SEEN_KEPT) this.#seen.clear();
    this.#seen.set(grants, seen);
    return seen;
  }

  /** The commit that is checked out in a folder, asked for again after a moment or when it has to be as it is now. */
  async head(root: string, ask: () => Promise<string | null>, anew: boolean): Promise<string> {
    let known = this.#heads.get(root);
    if (anew || known === undefined || performance.now() - known.at >= LIMITS.answerCheckMillis) {
      if (this.#heads.size >= HEADS_KEPT) this.#heads.clear();
      this.#heads.set(root, (known = { at: performance.now(), head: ask() }));
    }
    return (await known.head) ?? '-';
  }
}

/** Keys are mostly one byte a unit; what stands beside is small. */
function sizeOf({ bytes, key, labels }: Kept): number {
  return bytes.length + key.length + labels.length * 200 + 500;
}
