/**
 * A vector as one bit a dimension: whether it lies above the repository's center there. Static embeddings share a
 * common direction; without taking it off, half of the bits would say the same of every chunk (measured: decision 18).
 */

/** Bits of one row, in bytes: a whole count of 16. */
export function bitBytes(dimensions: number): number {
  return Math.ceil(dimensions / 128) * 16;
}

/** The mean of some vectors, `dimensions` numbers each. */
export function centerOf(parts: readonly Int8Array[], dimensions: number): Float32Array {
  const sums = new Float64Array(dimensions);
  let rows = 0;
  for (const part of parts) {
    for (let at = 0; at < part.length; rows++) for (let i = 0; i < dimensions; i++) sums[i] = (sums[i] as number) + (part[at++] as number);
  }
  return Float32Array.from(sums, (sum) => (rows === 0 ? 0 : sum / rows));
}

/** Steps of a reach in one, for vectors of length 127: the bits of a vector reach 1.25 in most cases, 4 at most. */
const REACH_STEPS = 60;

/** What a stored reach is divided by. */
export function reachUnit(dimensions: number): number {
  return (REACH_STEPS * Math.sqrt(dimensions)) / 127;
}

/**
 * Writes the bits of each row from `bits` on, and its reach: what a product with the signs has to be multiplied by to
 * come near to the product with the vector itself.
 */
export function writeBits(vectors: Int8Array, center: Float32Array, bits: Uint8Array, reaches: Uint8Array, firstRow: number): void {
  const dimensions = center.length;
  const width = bitBytes(dimensions);
  const unit = reachUnit(dimensions);
  for (let from = 0, row = firstRow; from < vectors.length; from += dimensions, row++) {
    let length = 0;
    let squares = 0;
    for (let i = 0; i < dimensions; i++) {
      const off = (vectors[from + i] as number) - (center[i] as number);
      const at = row * width + (i >>> 3);
      if (off > 0) bits[at] = (bits[at] as number) | (1 << (i & 7));
      length += Math.abs(off);
      squares += off * off;
    }
    reaches[row] = length === 0 ? 0 : Math.min(255, Math.round((squares / length) * unit));
  }
}

/** What each byte of a row adds to the product of the query with the row's signs: 256 numbers a byte. */
export function writeTable(query: Int8Array, table: Int32Array): void {
  for (let byte = 0; byte * 256 < table.length; byte++) {
    const base = byte * 256;
    let none = 0;
    for (let bit = 0; bit < 8; bit++) none -= query[byte * 8 + bit] ?? 0;
    table[base] = none;
    for (let value = 1; value < 256; value++) {
      // The lowest bit that is set turns one sign in a number that is known already.
      const lowest = 31 - Math.clz32(value & -value);
      table[base + value] = (table[base + (value & (value - 1))] as number) + 2 * (query[byte * 8 + lowest] ?? 0);
    }
  }
}

/** Stored numbers, which need not lie where four bytes begin. */
export function floatsOf(stored: Uint8Array): Float32Array {
  const floats = new Float32Array(stored.length / 4);
  new Uint8Array(floats.buffer).set(stored);
  return floats;
}
