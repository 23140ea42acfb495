/** Rows that COPY gave in its binary format (copy-rows.ts): what was sent is read, and nothing is made text first. */
export type CopiedType = 'int4' | 'int8' | 'bytea';

const HEADER_BYTES = 19;

export function readCopied<Row extends readonly unknown[]>(bytes: Buffer, types: readonly CopiedType[]): Row[] {
  const rows: Row[] = [];
  let at = HEADER_BYTES + bytes.readInt32BE(HEADER_BYTES - 4);
  for (let fields = bytes.readInt16BE(at); fields !== -1; fields = bytes.readInt16BE(at)) {
    at += 2;
    const row: unknown[] = [];
    for (const type of types) {
      const length = bytes.readInt32BE(at);
      at += 4;
      row.push(length === -1 ? null : valueOf(bytes, at, length, type));
      at += Math.max(0, length);
    }
    rows.push(row as unknown as Row);
  }
  return rows;
}

function valueOf(bytes: Buffer, at: number, length: number, type: CopiedType): number | Buffer {
  switch (type) {
    case 'int4':
      return bytes.readInt32BE(at);
    case 'int8':
      return Number(bytes.readBigInt64BE(at));
    case 'bytea':
      // A copy of its own: what is kept must not hold the whole answer in memory.
      return Buffer.from(bytes.subarray(at, at + length));
  }
}

/** The statement with its parameters in it. They are whole numbers and lists of them alone, so that nothing has to be escaped. */
export function withNumbers(text: string, values: readonly (number | readonly number[])[]): string {
  const literal = (value: number): string => {
    if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is no whole number`);
    return String(value);
  };
  return text.replace(/\$(\d+)/g, (_, number: string) => {
    const value = values[Number(number) - 1];
    if (value === undefined) throw new RangeError(`the statement has no parameter ${number}`);
    return typeof value === 'number' ? literal(value) : `'{${value.map(literal).join(',')}}'`;
  });
}
