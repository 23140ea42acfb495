/** 48-bit fingerprints of texts, blind to white space, and the sets of them that are left out of the corpus. */
import { hash } from 'node:crypto';

export const FINGERPRINT_BYTES = 6;

/** The first 48 bits of the SHA-1 of the text without white space, as an exact number. */
export function fingerprint(text: string): number {
  return hash('sha1', text.replace(/\s+/g, ''), 'buffer').readUIntBE(0, FINGERPRINT_BYTES);
}

/** A number in [0, 1) that depends on the text alone: a choice that every run makes alike. */
export function lot(text: string): number {
  return hash('sha1', text, 'buffer').readUIntBE(0, FINGERPRINT_BYTES) / 2 ** 48;
}

/** Sorted, 6 bytes each, highest byte first. */
export function packFingerprints(values: Iterable<number>): Buffer {
  const sorted = [...new Set(values)].sort((a, b) => a - b);
  const packed = Buffer.alloc(sorted.length * FINGERPRINT_BYTES);
  sorted.forEach((value, index) => packed.writeUIntBE(value, index * FINGERPRINT_BYTES, FINGERPRINT_BYTES));
  return packed;
}

/** Throws `RangeError` when the length is no multiple of 6. */
export function unpackFingerprints(packed: Buffer): Set<number> {
  if (packed.length % FINGERPRINT_BYTES !== 0) throw new RangeError(`a file of fingerprints has ${packed.length} bytes, which is no multiple of ${FINGERPRINT_BYTES}`);
  const values = new Set<number>();
  for (let at = 0; at < packed.length; at += FINGERPRINT_BYTES) values.add(packed.readUIntBE(at, FINGERPRINT_BYTES));
  return values;
}
