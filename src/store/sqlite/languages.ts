import type { Database, Statement } from 'better-sqlite3';

/** Languages by number. Numbers are never taken back, so what was read once holds. */
export class Languages {
  readonly #all: Statement<[], { id: number; name: string }>;
  readonly #names = new Map<number, string>();
  readonly #codes = new Map<string, number>();

  constructor(database: Database) {
    this.#all = database.prepare('SELECT id, name FROM language');
  }

  #load(): void {
    for (const { id, name } of this.#all.all()) {
      this.#names.set(id, name);
      this.#codes.set(name, id);
    }
  }

  name(code: number): string {
    if (!this.#names.has(code)) this.#load();
    const name = this.#names.get(code);
    if (name === undefined) throw new RangeError(`language ${code} is not in the database`);
    return name;
  }

  /** Undefined where no file of that language was ever stored. */
  code(name: string): number | undefined {
    if (!this.#codes.has(name)) this.#load();
    return this.#codes.get(name);
  }

  /** All that are stored now. */
  codes(): number[] {
    this.#load();
    return [...this.#names.keys()];
  }
}
