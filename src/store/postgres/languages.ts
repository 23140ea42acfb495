import type { Connection } from './database.ts';

/** Languages by number. Numbers are never taken back, so what was read once holds. */
export class Languages {
  readonly #reader: Connection;
  readonly #names = new Map<number, string>();
  readonly #codes = new Map<string, number>();

  constructor(reader: Connection) {
    this.#reader = reader;
  }

  async #load(from: Connection = this.#reader): Promise<void> {
    for (const [id, name] of await from.rows<[number, string]>('SELECT id, name FROM language')) {
      this.#names.set(id, name);
      this.#codes.set(name, id);
    }
  }

  /** Names of some numbers; each stands in the database. */
  async names(codes: Iterable<number>): Promise<ReadonlyMap<number, string>> {
    const wanted = [...codes];
    if (wanted.some((code) => !this.#names.has(code))) await this.#load();
    const unknown = wanted.find((code) => !this.#names.has(code));
    if (unknown !== undefined) throw new RangeError(`language ${unknown} is not in the database`);
    return this.#names;
  }

  /** Numbers of those that were ever stored. */
  async codes(names: readonly string[]): Promise<ReadonlyMap<string, number>> {
    if (names.some((name) => !this.#codes.has(name))) await this.#load();
    return this.#codes;
  }

  /** Numbers of all of them, made where they are missing: beyond the transaction, so that nobody waits for it. */
  async made(names: readonly string[], writer: Connection): Promise<ReadonlyMap<string, number>> {
    const wanted = [...new Set(names)];
    if (wanted.some((name) => !this.#codes.has(name))) {
      await writer.run('INSERT INTO language (name) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING', [wanted]);
      await this.#load(writer);
    }
    return this.#codes;
  }
}
