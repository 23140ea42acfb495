import { CodeIndexError } from '../../base/mod.ts';

function invalidPattern(source: string, at: number, what: string): CodeIndexError {
  const shown = source.length > 80 ? `${source.slice(0, 80)}...` : source;
  return new CodeIndexError('invalid_query', `The regex \`${shown}\` is not valid at character ${at + 1}: ${what}.`, 'Mend the regex, or search for the text itself with mode `text`.');
}

/** Where the reading of one pattern stands: parse.ts reads its tree, parse-class.ts its classes, over the same cursor. */
export class Cursor {
  readonly source: string;
  at = 0;
  multiline = false;

  constructor(source: string) {
    this.source = source;
  }

  fail(what: string, at: number = this.at): never {
    throw invalidPattern(this.source, at, what);
  }

  get done(): boolean {
    return this.at >= this.source.length;
  }

  peek(text: string): boolean {
    return this.source.startsWith(text, this.at);
  }

  take(text: string): boolean {
    if (!this.peek(text)) return false;
    this.at += text.length;
    return true;
  }

  codePoint(): number {
    const value = this.source.codePointAt(this.at);
    if (value === undefined) return this.fail('it ends too early');
    this.at += value > 0xffff ? 2 : 1;
    return value;
  }
}
