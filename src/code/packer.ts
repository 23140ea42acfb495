import { constants, zstdCompressSync } from 'node:zlib';
import { ByteWriter, LIMITS } from '../base/mod.ts';
import type { PackPlace, TextResult } from './threads/messages.ts';

const encoder = new TextEncoder();
const OPTIONS = { params: { [constants.ZSTD_c_compressionLevel]: 3 } };

/** Gathers texts of neighbouring files into packs that are compressed as one: small files repeat one another. */
export class Packer {
  readonly #packs: { data: Uint8Array; size: number }[] = [];
  readonly #open = new ByteWriter(LIMITS.packBytes * 2);

  add(text: string): PackPlace {
    const bytes = encoder.encode(text);
    if (this.#open.length > 0 && this.#open.length + bytes.length > LIMITS.packBytes) this.#close();
    const place = { pack: this.#packs.length, offset: this.#open.length, length: bytes.length };
    this.#open.raw(bytes);
    return place;
  }

  #close(): void {
    const size = this.#open.length;
    const compressed = zstdCompressSync(this.#open.bytes.subarray(0, size), OPTIONS);
    // A copy of its own: the compressor's result is a window on a shared 64 KB buffer, and all of that would cross the wall.
    this.#packs.push({ data: new Uint8Array(compressed), size });
    this.#open.length = 0;
  }

  finish(): TextResult['packs'] {
    if (this.#open.length > 0 || this.#packs.length === 0) this.#close();
    return this.#packs;
  }
}
