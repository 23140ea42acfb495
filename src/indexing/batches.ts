/** Cuts `items` into runs that stay within both bounds; an item above the bound stands alone. Order is kept. */
export function batches<T>(items: readonly T[], sizeOf: (item: T) => number, bounds: { bytes: number; count: number }): T[][] {
  const out: T[][] = [];
  let batch: T[] = [];
  let bytes = 0;
  for (const item of items) {
    const size = sizeOf(item);
    if (batch.length > 0 && (bytes + size > bounds.bytes || batch.length >= bounds.count)) {
      out.push(batch);
      batch = [];
      bytes = 0;
    }
    batch.push(item);
    bytes += size;
  }
  if (batch.length > 0) out.push(batch);
  return out;
}

/**
 * Runs `work` over `inputs` with at most `width` under way and hands each result to `settle`, one at a time, in the
 * order of the inputs. The first failure stops the rest and is thrown once nothing is under way any more.
 */
export async function pipeline<I, O>(inputs: AsyncIterable<I> | Iterable<I>, width: number, work: (input: I) => Promise<O>, settle: (output: O, input: I) => Promise<void>): Promise<void> {
  const underWay: { input: I; output: Promise<O> }[] = [];
  const finishFirst = async (): Promise<void> => {
    const first = underWay.shift() as { input: I; output: Promise<O> };
    await settle(await first.output, first.input);
  };
  try {
    for await (const input of inputs) {
      if (underWay.length >= width) await finishFirst();
      const output = work(input);
      output.catch(() => {});
      underWay.push({ input, output });
    }
    while (underWay.length > 0) await finishFirst();
  } finally {
    await Promise.allSettled(underWay.map(({ output }) => output));
  }
}
