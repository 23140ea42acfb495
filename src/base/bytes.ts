/** Up to here a loop is faster than a view and a native copy. */
const SHORT_RUN = 48;

/** A growing byte buffer with the varint codecs that every packed format of this program uses. */
export class ByteWriter {
  bytes: Uint8Array<ArrayBuffer>;
  length = 0;

  constructor(capacity = 1024) {
    this.bytes = new Uint8Array(capacity);
  }

  reserve(extra: number): void {
    const needed = this.length + extra;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }

  byte(value: number): void {
    if (this.length === this.bytes.length) this.reserve(1);
    this.bytes[this.length++] = value;
  }

  /** Unsigned, up to 2^53-1, seven bits a byte, low bits first. */
  varint(value: number): void {
    if (this.length + 8 > this.bytes.length) this.reserve(8);
    let rest = value;
    while (rest >= 0x80) {
      this.bytes[this.length++] = (rest % 0x80) | 0x80;
      rest = rest < 0x80000000 ? rest >>> 7 : Math.floor(rest / 0x80);
    }
    this.bytes[this.length++] = rest;
  }

  /** Signed, zig-zag. */
  signed(value: number): void {
    this.varint(value < 0 ? -value * 2 - 1 : value * 2);
  }

  raw(source: Uint8Array): void {
    this.reserve(source.length);
    this.bytes.set(source, this.length);
    this.length += source.length;
  }

  /** The bytes [from, to) of `source`; short runs, the common case, are copied without making a view. */
  part(source: Uint8Array, from: number, to: number): void {
    const length = to - from;
    this.reserve(length);
    if (length > SHORT_RUN) this.bytes.set(source.subarray(from, to), this.length);
    else for (let i = 0; i < length; i++) this.bytes[this.length + i] = source[from + i] as number;
    this.length += length;
  }

  /** UTF-8 with its byte length before it. */
  string(text: string): void {
    const encoded = encoder.encode(text);
    this.varint(encoded.length);
    this.raw(encoded);
  }

  /** What was written so far, without a copy: valid until the next write. */
  written(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(0, this.length);
  }

  /** A copy of exactly what was written. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(0, this.length);
  }
}

/** Reads what `ByteWriter` wrote. Reading past the end throws a RangeError: packed data is never half there. */
export class ByteReader {
  readonly bytes: Uint8Array;
  at: number;
  readonly end: number;

  constructor(bytes: Uint8Array, at = 0, end: number = bytes.length) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  byte(): number {
    if (this.at >= this.end) throw new RangeError('packed data ended early');
    return this.bytes[this.at++] as number;
  }

  varint(): number {
    const bytes = this.bytes;
    let value = bytes[this.at++] as number;
    if (value < 0x80) return value;
    value &= 0x7f;
    let scale = 0x80;
    for (;;) {
      if (this.at >= this.end) throw new RangeError('packed data ended early');
      const next = bytes[this.at++] as number;
      if (next < 0x80) return value + next * scale;
      value += (next & 0x7f) * scale;
      scale *= 0x80;
    }
  }

  signed(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  take(length: number): Uint8Array {
    if (this.at + length > this.end) throw new RangeError('packed data ended early');
    const part = this.bytes.subarray(this.at, this.at + length);
    this.at += length;
    return part;
  }

  string(): string {
    return decoder.decode(this.take(this.varint()));
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
