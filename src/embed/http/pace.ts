/** At most `width` requests under way, and no more than `perMinute` begun in a minute (0: no such limit). */
export class Pace {
  readonly #gap: number;
  readonly #waiting: (() => void)[] = [];
  #free: number;
  #next = 0;

  constructor(width: number, perMinute: number) {
    this.#free = width;
    this.#gap = perMinute > 0 ? 60_000 / perMinute : 0;
  }

  async run<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      const now = Date.now();
      const start = Math.max(now, this.#next);
      this.#next = start + this.#gap;
      if (start > now) await pause(start - now, signal);
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }
}

/** Waits, and stops waiting when it is cancelled. */
export function pause(millis: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error);
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, millis);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
