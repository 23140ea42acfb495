import type { Span } from './span.ts';

/** The kinds of the language server protocol, in words, with `macro` and `section` (a heading) added. Order is stored: append only. */
export const SYMBOL_KINDS = [
  'file', 'module', 'namespace', 'package', 'class', 'method', 'property', 'field', 'constructor', 'enum', 'interface',
  'function', 'variable', 'constant', 'string', 'number', 'boolean', 'array', 'object', 'key', 'null', 'enum_member',
  'struct', 'event', 'operator', 'type_parameter', 'macro', 'section', 'type', 'trait', 'union', 'parameter',
] as const;

export type SymbolKind = (typeof SYMBOL_KINDS)[number];

/** One definition in one file, all of it as stretches of the file's text. */
export interface SymbolFact {
  readonly name: string;
  readonly kind: SymbolKind;
  /** Index in the same file's list of symbols of the symbol around this one, or -1. Always smaller than the own index. */
  readonly container: number;
  /** The whole definition. */
  readonly span: Span;
  /** The name alone: `text.slice(nameStart, nameStart + name.length) === name`, except where `name` was made up (a heading's text). */
  readonly nameStart: number;
  readonly nameLine: number;
  /** The head without the body; -1 where there is none. `text.slice(signatureStart, signatureEnd)`, white space to be folded. */
  readonly signatureStart: number;
  readonly signatureEnd: number;
  /** The doc comment or doc string as written; -1 where there is none. */
  readonly docStart: number;
  readonly docEnd: number;
  /** Visible outside its file, by the language's own rule. */
  readonly exported: boolean;
}
