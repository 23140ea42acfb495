import type { Database, Statement } from 'better-sqlite3';

/** Statements of one connection, each prepared once. */
export class Statements {
  readonly #database: Database;
  readonly #byText = new Map<string, Statement>();

  constructor(database: Database) {
    this.#database = database;
  }

  of(text: string): Statement {
    let statement = this.#byText.get(text);
    if (statement === undefined) this.#byText.set(text, (statement = this.#database.prepare(text)));
    return statement;
  }
}
