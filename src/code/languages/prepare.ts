/**
 * Texts made fit for a grammar: what it does not know is overwritten by something of the same length that it does.
 * Lines and offsets stay, so that spans found in the prepared text are spans of the file.
 */

/** Lines that Swift takes out before it compiles; both branches of a condition are code. */
const SWIFT_CONDITION = /^[ \t]*#(?:if|elseif|else|endif|error|warning|sourceLocation)\b[^\r\n]*/gm;
const SWIFT_AVAILABLE = /#(?:un)?available\b[ \t]*\([^()\r\n]*\)/g;
/** Words younger than the grammar, before a type or a binding. */
const SWIFT_YOUNG = /\b(?:sending(?=[ \t]+[@\w([])|nonisolated\(unsafe\)|nonisolated\(nonsending\)|isolated\(any\))|~(?=(?:Copyable|Escapable)\b)/g;

/** Swift's grammar fails on conditions that cut through a declaration, and on most words that begin with `#`. */
export function prepareSwift(text: string): string {
  const young = text.replace(SWIFT_YOUNG, blank);
  if (!text.includes('#')) return young;
  return young
    .replace(SWIFT_CONDITION, blank)
    .replace(SWIFT_AVAILABLE, (whole) => 'true'.padEnd(whole.length))
    .replace(/#(?=[A-Za-z])/g, '_');
}

/** `typedef NS_ENUM(NSInteger, State) {` is an enumeration; the other macros only annotate. */
const OBJC_ENUM = /\b(?:typedef[ \t]+)?(?:NS|CF)_(?:CLOSED_|ERROR_)?(?:ENUM|OPTIONS)\([ \t]*\w+[ \t]*,[ \t]*(\w+)[ \t]*\)/g;
const OBJC_ANNOTATION = /\b(?:NS_ASSUME_NONNULL_(?:BEGIN|END)|NS_HEADER_AUDIT_(?:BEGIN|END)\([^()\n]*\)|NS_(?:DESIGNATED_INITIALIZER|REQUIRES_SUPER|UNAVAILABLE|NOESCAPE|REFINED_FOR_SWIFT|REQUIRES_NIL_TERMINATION)|NS_SWIFT_\w+(?:\([^()\n]*\))?|(?:API_(?:UN)?AVAILABLE|API_DEPRECATED\w*|NS_(?:CLASS_|ENUM_)?(?:AVAILABLE|DEPRECATED)\w*|NS_FORMAT_FUNCTION)\((?:[^()\n]|\([^()\n]*\))*\))/g;

export function prepareObjectiveC(text: string): string {
  if (!text.includes('NS_') && !text.includes('API_') && !text.includes('CF_')) return text;
  return text
    .replace(OBJC_ENUM, (whole, name: string) => {
      const at = whole.lastIndexOf(name);
      return `${'enum'.padEnd(at)}${name}`.padEnd(whole.length);
    })
    .replace(OBJC_ANNOTATION, blank);
}

/** The grammar ends a class at the line before its constructor's annotations. */
const KOTLIN_CONSTRUCTOR = /(\bclass[ \t]+\w+(?:[ \t]*<[^{}()]{0,400}?>)?)(\s+(?:@[\w.]+(?:\([^()]*\))?\s+)*)(?=(?:(?:public|internal|private|protected)\s+)?constructor\b)/g;

/** A class without a body is taken for a chain of infix calls where annotations stand above it. */
const KOTLIN_ANNOTATED = /(?:@[\w.:]+(?:\((?:[^()]|\([^()]*\))*\))?\s+){1,9}(?=(?:[a-z]+[ \t]+){0,9}class[ \t]+\w+[ \t]*(?:\r?\n|$))/g;

/** Line ends are overwritten too: offsets are what counts. */
export function prepareKotlin(text: string): string {
  const classes = text.replace(KOTLIN_ANNOTATED, blank);
  return classes.includes('constructor') ? classes.replace(KOTLIN_CONSTRUCTOR, (_, head: string, gap: string) => head + ' '.repeat(gap.length)) : classes;
}

const SCRIPT = /<script\b([^>]{0,2000})>([\s\S]*?)<\/script\s*>/gi;
const NO_CODE = /\btype\s*=\s*["']?(?!module|text\/(?:java|ecma|type)script|application\/(?:java|ecma)script)[\w+/.-]+/i;

/** The scripts of a page, everything else blanked; null where it has none. */
export function scriptsOnly(text: string): string | null {
  if (!/<\/script/i.test(text)) return null;
  const pieces: string[] = [];
  let end = 0;
  for (const match of text.matchAll(SCRIPT)) {
    const code = match[2] as string;
    if (code.trim() === '' || NO_CODE.test(match[1] as string)) continue;
    const start = match.index + match[0].indexOf('>', '<script'.length + (match[1] as string).length) + 1;
    pieces.push(blank(text.slice(end, start)), code);
    end = start + code.length;
  }
  if (pieces.length === 0) return null;
  return pieces.join('') + blank(text.slice(end));
}

/** Spaces in place of everything but line ends. */
function blank(text: string): string {
  return text.replace(/[^\r\n]/g, ' ');
}
