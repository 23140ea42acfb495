import { ByteWriter } from '../base/mod.ts';

/**
 * Posting bytes. `plain` lists (trigram, name): ascending ordinals as varint differences, the first from -1.
 * `term` lists: varint(difference * 4 + form), where the form says the frequencies:
 *   0 once in code · 1 once in a comment · 2 twice in code · 3 a detail byte follows:
 *   bit 7 in the name of a symbol defined in the chunk, bits 3-6 times in code (0-15), bits 0-2 times in comments (0-7).
 */

export function writePlain(writer: ByteWriter, ordinals: ArrayLike<number>, from = 0, to: number = ordinals.length): void {
  let last = -1;
  for (let i = from; i < to; i++) {
    const ordinal = ordinals[i] as number;
    writer.varint(ordinal - last - 1);
    last = ordinal;
  }
}

/** Decodes a plain list of `count` ordinals. */
export function readPlain(bytes: Uint8Array, count: number): Uint32Array<ArrayBuffer> {
  const out = new Uint32Array(count);
  let at = 0;
  let last = -1;
  for (let i = 0; i < count; i++) {
    let value = bytes[at++] as number;
    if (value >= 0x80) {
      value &= 0x7f;
      let shift = 7;
      for (;;) {
        const next = bytes[at++] as number;
        value |= (next & 0x7f) << shift;
        if (next < 0x80) break;
        shift += 7;
      }
    }
    last += value + 1;
    out[i] = last;
  }
  return out;
}

/** One term posting packed as the detail byte of the format above: the common currency of builders and readers. */
export function packFrequency(inName: boolean, code: number, comment: number): number {
  return (inName ? 0x80 : 0) | (Math.min(code, 15) << 3) | Math.min(comment, 7);
}

export function writeTerm(writer: ByteWriter, ordinals: ArrayLike<number>, frequencies: ArrayLike<number>, from = 0, to: number = ordinals.length): void {
  let last = -1;
  for (let i = from; i < to; i++) {
    const ordinal = ordinals[i] as number;
    const difference = (ordinal - last - 1) * 4;
    last = ordinal;
    const frequency = frequencies[i] as number;
    if (frequency === 0x08) writer.varint(difference);
    else if (frequency === 0x01) writer.varint(difference + 1);
    else if (frequency === 0x10) writer.varint(difference + 2);
    else {
      writer.varint(difference + 3);
      writer.byte(frequency);
    }
  }
}

const FORMS = [0x08, 0x01, 0x10] as const;

/** Postings of one list, decoded; only the first `count` places are meant. */
export interface TermList {
  count: number;
  ordinals: Uint32Array;
  /** See `packFrequency` for the byte. */
  frequencies: Uint8Array;
}

/** An empty list to read into, which grows as needed. */
export function termList(places = 1_024): TermList {
  return { count: 0, ordinals: new Uint32Array(places), frequencies: new Uint8Array(places) };
}

/** Reads a list and returns it. The arrays of `into` are used again: a ranked query reads a million postings. */
export function readTerm(bytes: Uint8Array, into: TermList = termList(bytes.length)): TermList {
  if (into.ordinals.length < bytes.length) {
    into.ordinals = new Uint32Array(bytes.length * 2);
    into.frequencies = new Uint8Array(bytes.length * 2);
  }
  const { ordinals, frequencies } = into;
  const { length } = bytes;
  let count = 0;
  let at = 0;
  let last = -1;
  while (at < length) {
    let value = bytes[at++] as number;
    if (value >= 0x80) {
      value &= 0x7f;
      let scale = 0x80;
      for (;;) {
        const next = bytes[at++] as number;
        value += (next & 0x7f) * scale;
        if (next < 0x80) break;
        scale *= 0x80;
      }
    }
    const form = value & 3;
    last += (value - form) / 4 + 1;
    ordinals[count] = last;
    frequencies[count++] = form === 3 ? (bytes[at++] as number) : (FORMS[form] as number);
  }
  into.count = count;
  return into;
}
