/** Longer vectors cost more space and time than they give meaning. */
export const DIMENSIONS_MOST = 1_024;

/**
 * Writes `values` as unit length times 127, rounded, at `at`. Zeros stay zeros.
 * Gives false, and writes nothing, where a value is NaN or infinite.
 */
export function quantise(values: ArrayLike<number>, out: Int8Array, at: number): boolean {
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i] as number) ** 2;
  if (!Number.isFinite(squares)) return false;
  const scale = squares === 0 ? 0 : 127 / Math.sqrt(squares);
  for (let i = 0; i < values.length; i++) out[at + i] = Math.round((values[i] as number) * scale);
  return true;
}

/** Cuts one run of vectors into one array for each file. */
export function byFile(vectors: Int8Array, dimensions: number, counts: readonly number[]): Int8Array[] {
  let at = 0;
  return counts.map((count) => {
    const part = vectors.slice(at, at + count * dimensions);
    at += count * dimensions;
    return part;
  });
}
