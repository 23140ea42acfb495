import { closeSync, fstatSync, mkdirSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import path from 'node:path';
import { LIMITS } from '../base/mod.ts';

/** After a failure the disk is left alone for so long. */
const PAUSE_MILLIS = 10_000;

/**
 * A log that is begun anew at a size: `serve.log`, before it `serve.log.1`, and so on. Several processes may write to
 * one: whoever finds it full renames it, the others follow. Lines are written at once, so that a crash loses none.
 */
export class RotatingFile {
  readonly #file: string;
  readonly #bytes: number;
  readonly #kept: number;
  readonly #onFailure: (error: Error) => void;
  #descriptor: number | null = null;
  #pausedUntil = 0;

  /** `onFailure` is told once for each time that it stops working. */
  constructor(file: string, onFailure: (error: Error) => void, { bytes, kept }: { readonly bytes: number; readonly kept: number } = { bytes: LIMITS.logBytes, kept: LIMITS.logFiles }) {
    this.#file = file;
    this.#bytes = bytes;
    this.#kept = kept;
    this.#onFailure = onFailure;
  }

  /** Never throws: a log that cannot be written must not stop the answers. */
  write(line: string): void {
    if (this.#pausedUntil > Date.now()) return;
    try {
      const descriptor = this.#opened();
      writeSync(descriptor, line);
      if (fstatSync(descriptor).size >= this.#bytes) this.#rotate();
      this.#pausedUntil = 0;
    } catch (error) {
      this.close();
      if (this.#pausedUntil === 0) this.#onFailure(error as Error);
      this.#pausedUntil = Date.now() + PAUSE_MILLIS;
    }
  }

  close(): void {
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    this.#descriptor = null;
  }

  #opened(): number {
    if (this.#descriptor === null) {
      mkdirSync(path.dirname(this.#file), { recursive: true, mode: 0o700 });
      this.#descriptor = openSync(this.#file, 'a', 0o640);
    }
    return this.#descriptor;
  }

  #rotate(): void {
    const mine = fstatSync(this.#opened());
    this.close();
    // Where another process has renamed it already, there is a new one by this name.
    const there = statSync(this.#file, { throwIfNoEntry: false });
    if (there === undefined || there.ino !== mine.ino) return;
    for (let number = this.#kept - 2; number >= 0; number--) {
      const from = number === 0 ? this.#file : `${this.#file}.${number}`;
      if (statSync(from, { throwIfNoEntry: false }) !== undefined) renameSync(from, `${this.#file}.${number + 1}`);
    }
  }
}
