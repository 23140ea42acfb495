import { readPlain, type BlobSet } from '../../domain/mod.ts';
import type { SymbolNameHit } from '../ports.ts';

interface Found {
  readonly name: string;
  readonly distance: number;
  /** Length in bytes: shorter names are nearer. */
  readonly length: number;
  readonly blobs: number[];
}

/** Gathers names from many blocks and keeps the nearest: what is farther than enough others is never made a string. */
export class NameHits {
  readonly #within: BlobSet;
  readonly #limit: number;
  readonly #found = new Map<string, Found>();
  /** What is farther than this is not wanted any more. */
  #worst: Found | null = null;

  constructor(within: BlobSet, limit: number) {
    this.#within = within;
    this.#limit = limit;
  }

  /** `key` holds the name in its first `length` bytes; `postings` are the block's documents with it. */
  add(key: Uint8Array, length: number, distance: number, count: number, postings: Uint8Array, blobOf: Uint32Array): void {
    const worst = this.#worst;
    if (worst !== null && (distance - worst.distance || length - worst.length) > 0) return;
    const name = Buffer.from(key.buffer, key.byteOffset, length).toString();
    if (worst !== null && order({ name, distance, length }, worst) > 0) return;
    const blobs: number[] = [];
    for (const ordinal of readPlain(postings, count)) {
      const blob = blobOf[ordinal] as number;
      if (this.#within.has(blob)) blobs.push(blob);
    }
    if (blobs.length === 0) return;
    const known = this.#found.get(name);
    if (known === undefined) this.#found.set(name, { name, distance, length, blobs });
    else for (const blob of blobs) known.blobs.push(blob);
    if (this.#found.size >= this.#limit * 2 + 64) this.#prune();
  }

  #prune(): void {
    const kept = this.#sorted();
    this.#found.clear();
    for (const item of kept) this.#found.set(item.name, item);
    this.#worst = kept.at(-1) ?? null;
  }

  #sorted(): Found[] {
    return [...this.#found.values()].sort(order).slice(0, this.#limit);
  }

  /** Nearest first; of equal distance the shorter, then by letters. */
  finish(): SymbolNameHit[] {
    return this.#sorted().map(({ name, distance, blobs }) => ({ name, distance, blobs: Uint32Array.from(blobs).sort() }));
  }
}

function order(a: Omit<Found, 'blobs'>, b: Omit<Found, 'blobs'>): number {
  return a.distance - b.distance || a.length - b.length || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
}
