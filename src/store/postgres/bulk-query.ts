import type { Connection, Submittable } from 'pg';

/**
 * One `COPY ... TO STDOUT`, whose bytes are gathered as the connection reads them. The library of streams for it costs several
 * times what the bytes cost: what is asked here is bounded, and nobody has to be slowed down.
 */
export class BulkQuery implements Submittable {
  readonly #text: string;
  readonly #messages: Buffer[] = [];
  readonly #done: PromiseWithResolvers<readonly Buffer[]> = Promise.withResolvers<readonly Buffer[]>();

  constructor(text: string) {
    this.#text = text;
  }

  /** All messages, when the server has sent them. */
  get messages(): Promise<readonly Buffer[]> {
    return this.#done.promise;
  }

  submit(connection: Connection): void {
    connection.query(this.#text);
  }

  handleCopyData({ chunk }: { readonly chunk: Buffer }): void {
    // The connection reads the next message into the same memory.
    this.#messages.push(Buffer.from(chunk));
  }

  handleCommandComplete(): void {
    // What counts is that the connection is ready again.
  }

  handleReadyForQuery(): void {
    this.#done.resolve(this.#messages);
  }

  handleError(error: Error): void {
    this.#done.reject(error);
  }
}
