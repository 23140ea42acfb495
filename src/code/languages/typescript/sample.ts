import type { Reader } from './reader.js';
import Default, { type Writer, open as openFile } from './files.js';

/** What can be closed. */
export interface Closable extends Disposable {
  readonly isOpen: boolean;
  close(force?: boolean): Promise<void>;
}

export type Id = string | number;
type Options = { depth: number };

export enum Level {
  Low,
  High = 'high',
}

export const LIMIT = 10;
let count: number;

/** A socket. */
export abstract class Socket<T> extends Stream implements Closable, Reader {
  private readonly buffer: Array<T> = [];
  isOpen = true;

  constructor(public readonly id: Id) {
    super();
  }

  protected abstract flush(): void;

  @logged
  async close(force = false): Promise<void> {
    const { depth } = this.options;
    this.isOpen = false;
    await openFile<T>(depth);
  }
}

export namespace Tools {
  export const version = '1';
  export function make(): Socket<string> {
    return new Default.Socket(version);
  }
}

declare function external(name: string): void;
export const parse = (text: string): Writer => {
  for (const part of text) external(part);
  return Tools.make() as unknown as Writer;
};
export const { first, second: { length }, third: renamed = 3 } = parse('');
const [head, , tail = 1] = [0, 1, 2];
register(class Handler {
  handle(): void {
    const inner = 1;
    let found = inner;
  }
});
