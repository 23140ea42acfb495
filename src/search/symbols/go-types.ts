import type { Occurrence, SymbolFact } from '../../domain/mod.ts';

const RECEIVER = /^func\s*\(\s*(?:(\w+)\s+)?\*?\s*(\w+)/;
/** Characters of a head that are looked at: longer parameter lists say no more about their first names. */
const HEAD_CHARS = 1_000;

/** The receiver of a Go method, as its head spells it. */
export function goReceiver(symbol: SymbolFact, text: string): { readonly name: string; readonly type: string } | null {
  const match = RECEIVER.exec(headOf(symbol, text));
  return match === null ? null : { name: match[1] ?? '', type: match[2] as string };
}

/**
 * The type, of the same package, that the head of the function around a use gives to a name: of its receiver or of a
 * parameter. Null where it gives none, where the type is another package's, and where the name is declared anew before the use.
 */
export function typeOfGoName(name: string, use: Occurrence, symbols: readonly SymbolFact[], text: string): string | null {
  let around = symbols[use.symbol];
  while (around !== undefined && !/^(?:function|method)$/.test(around.kind)) around = symbols[around.container];
  if (around === undefined || !/^\w+$/.test(name)) return null;
  const head = headOf(around, text);
  const receiver = RECEIVER.exec(head);
  const parameter = new RegExp(`[(,]\\s*${name}\\s+\\*?([A-Za-z_]\\w*)\\s*[,)]`).exec(head);
  const type = receiver?.[1] === name ? receiver[2] : parameter?.[1];
  if (type === undefined) return null;
  const before = text.slice(around.span.start + head.length, use.start);
  // `name :=`, `a, name :=`, `var name`, a parameter of an inner function, `range`: it may be another thing from there on.
  const anew = new RegExp(`\\b${name}\\b(?:\\s*,\\s*\\w+)*\\s*:=|\\bvar\\s+(?:\\w+\\s*,\\s*)*${name}\\b|\\bfunc\\s*\\([^)]*\\b${name}\\b`);
  return anew.test(before) ? null : type;
}

function headOf(symbol: SymbolFact, text: string): string {
  const start = symbol.span.start;
  const end = symbol.signatureEnd > start ? symbol.signatureEnd : Math.max(start, text.indexOf('{', start));
  return text.slice(start, Math.min(end, start + HEAD_CHARS));
}
