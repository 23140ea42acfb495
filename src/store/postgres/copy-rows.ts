/** Rows in the binary format of COPY: big-endian, a length before each value, -1 for null. Source: PostgreSQL's documentation of COPY. */
export type ColumnType = 'int2' | 'int4' | 'int8' | 'float8' | 'bool' | 'text' | 'bytea';

const SIGNATURE = Buffer.from([0x50, 0x47, 0x43, 0x4f, 0x50, 0x59, 0x0a, 0xff, 0x0d, 0x0a, 0x00, 0, 0, 0, 0, 0, 0, 0, 0]);

export type CopyValue = number | boolean | string | Uint8Array | null;

export class CopyRows {
  readonly #types: readonly ColumnType[];
  #bytes: Buffer = Buffer.allocUnsafe(65_536);
  #at = 0;
  #rows = 0;

  constructor(types: readonly ColumnType[]) {
    this.#types = types;
    SIGNATURE.copy(this.#bytes);
    this.#at = SIGNATURE.length;
  }

  get rows(): number {
    return this.#rows;
  }

  /** Values in the order of the columns. */
  add(values: readonly CopyValue[]): void {
    this.#room(2);
    this.#at = this.#bytes.writeInt16BE(this.#types.length, this.#at);
    this.#types.forEach((type, column) => this.#value(type, values[column] ?? null));
    this.#rows++;
  }

  #value(type: ColumnType, value: CopyValue): void {
    if (value === null) {
      this.#room(4);
      this.#at = this.#bytes.writeInt32BE(-1, this.#at);
      return;
    }
    if (type === 'text' || type === 'bytea') {
      const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : (value as Uint8Array);
      this.#room(4 + bytes.length);
      this.#at = this.#bytes.writeInt32BE(bytes.length, this.#at);
      this.#bytes.set(bytes, this.#at);
      this.#at += bytes.length;
      return;
    }
    this.#room(12);
    const number = Number(value);
    switch (type) {
      case 'int2':
        this.#at = this.#bytes.writeInt16BE(number, this.#bytes.writeInt32BE(2, this.#at));
        break;
      case 'int4':
        this.#at = this.#bytes.writeInt32BE(number, this.#bytes.writeInt32BE(4, this.#at));
        break;
      case 'int8':
        this.#at = this.#bytes.writeBigInt64BE(BigInt(number), this.#bytes.writeInt32BE(8, this.#at));
        break;
      case 'float8':
        this.#at = this.#bytes.writeDoubleBE(number, this.#bytes.writeInt32BE(8, this.#at));
        break;
      case 'bool':
        this.#at = this.#bytes.writeInt8(number, this.#bytes.writeInt32BE(1, this.#at));
        break;
    }
  }

  #room(bytes: number): void {
    if (this.#at + bytes <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#at + bytes));
    this.#bytes.copy(grown, 0, 0, this.#at);
    this.#bytes = grown;
  }

  /** All rows with the trailer. */
  finish(): Buffer {
    this.#room(2);
    this.#at = this.#bytes.writeInt16BE(-1, this.#at);
    return this.#bytes.subarray(0, this.#at);
  }
}
