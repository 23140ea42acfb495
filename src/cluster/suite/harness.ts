import type { Cluster, Heard } from '../port.ts';

export interface Driver {
  /** Whether several servers share; false for one process alone. */
  readonly shares: boolean;
  /** One more server of the same installation. */
  open(): Promise<Cluster>;
}

export type Cases = Readonly<Record<string, (driver: Driver) => Promise<void>>>;

/** What one server hears, and waiting for it. */
export class Ear implements Disposable {
  readonly heard: Heard[] = [];
  readonly #hearing: Disposable;

  constructor(cluster: Cluster) {
    this.#hearing = cluster.hear((one) => this.heard.push(one));
  }

  async until(holds: (heard: readonly Heard[]) => boolean): Promise<void> {
    const end = Date.now() + 10_000;
    while (!holds(this.heard)) {
      if (Date.now() > end) throw new Error(`it was not heard; what was: ${JSON.stringify(this.heard)}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  [Symbol.dispose](): void {
    this.#hearing[Symbol.dispose]();
  }
}

let count = 0;

/** A key that no other case uses. */
export function newKey(): string {
  return `case ${++count}`;
}
