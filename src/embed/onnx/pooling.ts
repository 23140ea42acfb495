/**
 * One row for each text from what a model gives: rows already ([texts, dimension]), or a vector for each token
 * ([texts, tokens, dimension]), of which the mean over the text's own tokens is taken, or the first one.
 */
export function pool(data: Float32Array, dims: readonly number[], lengths: readonly number[], pooling: 'mean' | 'first'): Float32Array[] {
  const dimension = dims[dims.length - 1] as number;
  if (dims.length === 2) return lengths.map((_, row) => data.slice(row * dimension, (row + 1) * dimension));
  if (dims.length !== 3) throw new Error(`its output has ${dims.length} dimensions, where 2 or 3 were expected`);
  const width = dims[1] as number;
  return lengths.map((length, row) => {
    const start = row * width * dimension;
    if (pooling === 'first') return data.slice(start, start + dimension);
    const mean = new Float32Array(dimension);
    for (let token = 0; token < length; token++) {
      const at = start + token * dimension;
      for (let i = 0; i < dimension; i++) mean[i] = (mean[i] as number) + (data[at + i] as number);
    }
    for (let i = 0; i < dimension; i++) mean[i] = (mean[i] as number) / Math.max(1, length);
    return mean;
  });
}
