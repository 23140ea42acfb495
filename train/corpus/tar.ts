/** Reads a tar stream: names, sizes and the bytes of the files that are wanted, in constant memory beside those. */

export interface TarEntry {
  /** As written in the archive, its first folder included. */
  readonly path: string;
  readonly bytes: Buffer;
}

const BLOCK = 512;
/** A longer name in a pax or GNU header is an attack or an accident. */
const NAME_BYTES_MAX = 65_536;

/** Yields the regular files that `wants` accepts. Throws `Error` when the stream ends within a file. */
export async function* tarEntries(stream: AsyncIterable<Uint8Array>, wants: (path: string, size: number) => boolean): AsyncGenerator<TarEntry> {
  const reader = new Reader(stream);
  let longName: string | null = null;
  for (;;) {
    const header = await reader.take(BLOCK);
    if (header === null || header[0] === 0) return;
    const size = sizeOf(header);
    const type = String.fromCharCode(header[156] as number);
    const padded = Math.ceil(size / BLOCK) * BLOCK;
    if ((type === 'L' || type === 'x') && size <= NAME_BYTES_MAX) {
      const data = (await reader.need(padded)).subarray(0, size);
      longName = type === 'L' ? textOf(data) : (paxPath(data) ?? longName);
      continue;
    }
    const path: string = longName ?? nameOf(header);
    if (type !== 'g' && type !== 'K') longName = null;
    const isFile = type === '0' || type === '\0' || type === '7';
    if (isFile && wants(path, size)) yield { path, bytes: Buffer.from((await reader.need(padded)).subarray(0, size)) };
    else await reader.skip(padded);
  }
}

function sizeOf(header: Buffer): number {
  // GNU writes large sizes in base 256, marked by the highest bit.
  if (((header[124] as number) & 0x80) !== 0) return Number(header.readBigUInt64BE(128));
  return Number.parseInt(textOf(header.subarray(124, 136)).trim() || '0', 8);
}

function nameOf(header: Buffer): string {
  const name = textOf(header.subarray(0, 100));
  const prefix = header.toString('latin1', 257, 262) === 'ustar' && header[263] !== 32 ? textOf(header.subarray(345, 500)) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

function textOf(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end);
}

function paxPath(data: Buffer): string | null {
  return /(?:^|\n)\d+ path=([^\n]*)\n/.exec(data.toString('utf8'))?.[1] ?? null;
}

/** Takes exact numbers of bytes from a stream of chunks. */
class Reader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(stream: AsyncIterable<Uint8Array>) {
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  /** `count` bytes, or null at the end of the stream. */
  async take(count: number): Promise<Buffer | null> {
    if (this.#rest.length < count) {
      const parts = [this.#rest];
      let length = this.#rest.length;
      while (length < count) {
        const next = await this.#chunks.next();
        if (next.done === true) return null;
        const part = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength);
        parts.push(part);
        length += part.length;
      }
      this.#rest = Buffer.concat(parts, length);
    }
    const taken = this.#rest.subarray(0, count);
    this.#rest = this.#rest.subarray(count);
    return taken;
  }

  async need(count: number): Promise<Buffer> {
    const bytes = await this.take(count);
    if (bytes === null) throw new Error('the archive ends within a file');
    return bytes;
  }

  async skip(count: number): Promise<void> {
    let left = count;
    while (left > this.#rest.length) {
      left -= this.#rest.length;
      const next = await this.#chunks.next();
      if (next.done === true) throw new Error('the archive ends within a file');
      this.#rest = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength);
    }
    this.#rest = this.#rest.subarray(left);
  }
}
