import { Committer } from './commit.ts';
import type { Core } from './core.ts';

/** The committer of one store, made when something is written first. */
export class Writing {
  readonly #core: Core;
  readonly #wholeChunks: number;
  #committer: Committer | null = null;

  constructor(core: Core, wholeChunks: number) {
    this.#core = core;
    this.#wholeChunks = wholeChunks;
  }

  /** One transaction that happens wholly or not at all. */
  write<Result>(action: string, work: (committer: Committer) => Result): Result {
    return this.#core.write(action, (database) => {
      this.#committer ??= new Committer(database, this.#wholeChunks);
      return work(this.#committer);
    });
  }
}
