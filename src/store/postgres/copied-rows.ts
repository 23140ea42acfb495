/** Rows that COPY gave in its binary format (copy-rows.ts), one message each: nothing is made text, and bytes are copied once. */
export type CopiedType = 'int4' | 'int8' | 'bytea';

/** Signature and flags, before the length of the extension, in the first message. */
const FIXED_BYTES = 15;

/** Rows of the messages; bytes are views of them, so that each message must stand in memory of its own. */
export function readCopied<Row extends readonly unknown[]>(messages: readonly Buffer[], types: readonly CopiedType[]): Row[] {
  const rows: Row[] = [];
  messages.forEach((bytes, number) => {
    for (let at = number === 0 ? FIXED_BYTES + 4 + bytes.readInt32BE(FIXED_BYTES) : 0; at + 2 <= bytes.length;) {
      if (bytes.readInt16BE(at) === -1) return;
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
  });
  return rows;
}

function valueOf(bytes: Buffer, at: number, length: number, type: CopiedType): number | Buffer {
  switch (type) {
    case 'int4':
      return bytes.readInt32BE(at);
    case 'int8':
      return Number(bytes.readBigInt64BE(at));
    case 'bytea':
      return bytes.subarray(at, at + length);
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
