/** Units out of a file's facts: its functions, its classes with the heads of their members, and the file by its head comment. */
import type { Facts, SymbolFact, SymbolKind } from '../../src/domain/mod.ts';
import { docText } from './doc-text.ts';
import { cutAtLine, UNIT_LIMITS, type Unit } from './unit.ts';

const FUNCTIONS = new Set<SymbolKind>(['function', 'method', 'constructor', 'operator', 'macro']);
const CLASSES = new Set<SymbolKind>(['class', 'interface', 'struct', 'enum', 'trait', 'union', 'module', 'type', 'namespace']);
const TRIVIAL_NAME = /^(?:(?:get|set|is|has)(?:[A-Z_]|$)|constructor$|__init__$|initialize$|toString$|hashCode$|equals$)/;

export interface Source {
  readonly package: string;
  /** Within the package. */
  readonly path: string;
  readonly language: string;
  readonly text: string;
  readonly isTest: boolean;
}

/** A unit with the source that stands for it when copies are looked for. */
export interface FoundUnit {
  readonly unit: Unit;
  readonly code: string;
}

/** Everything in one file that is worth a line. Bodies shorter than three lines and 60 characters are left out. */
export function definitionUnits(source: Source, facts: Facts): FoundUnit[] {
  const members = membersOf(facts);
  const calls = callsOf(source.text, facts);
  const found: FoundUnit[] = [];
  facts.symbols.forEach((symbol, index) => {
    const unit = FUNCTIONS.has(symbol.kind) ? functionUnit(source, facts, symbol, calls[index] ?? [])
      : CLASSES.has(symbol.kind) ? classUnit(source, facts, symbol, members[index] ?? []) : null;
    if (unit !== null) found.push(unit);
  });
  const file = fileUnit(source, facts);
  return file === null ? found : [...found, file];
}

function functionUnit(source: Source, facts: Facts, symbol: SymbolFact, calls: readonly string[]): FoundUnit | null {
  const { text } = source;
  const doc = docOf(source, symbol);
  const head = headOf(text, symbol);
  const bodyStart = symbol.signatureEnd > 0 ? symbol.signatureEnd : symbol.span.start;
  const body = withoutDoc(text, bodyStart, symbol).trim();
  const dense = body.replace(/\s+/g, '').length;
  const isDeclaration = source.language === 'ocaml' && source.path.endsWith('i') && doc !== '' && head.length > 20;
  if (!isDeclaration && dense < 60 && (body.split('\n').length < 5 || dense < 30)) return null;
  if (TRIVIAL_NAME.test(symbol.name) && dense < 60) return null;
  const code = `${head} ${body}`;
  return { unit: unitOf(source, facts, symbol, 'function', head, doc, cutAtLine(body, UNIT_LIMITS.bodyChars), calls), code };
}

function classUnit(source: Source, facts: Facts, symbol: SymbolFact, members: readonly SymbolFact[]): FoundUnit | null {
  const { text } = source;
  const whole = withoutDoc(text, symbol.span.start, symbol);
  const doc = docOf(source, symbol);
  const lines = whole.trim().split('\n').length;
  if (lines < 3 && (whole.length < 60 || doc === '')) return null;
  if (symbol.kind === 'namespace' && doc === '') return null;
  const body = members.length > 0 ? members.map((member) => headOf(text, member)).join('\n') : whole;
  const head = (text.slice(symbol.span.start, symbol.span.start + 400).split('\n', 1)[0] as string).trim();
  const signature = symbol.signatureEnd - symbol.signatureStart < 300 && symbol.signatureStart >= 0 && members.length > 0 ? headOf(text, symbol) : head;
  return { unit: unitOf(source, facts, symbol, 'class', signature.slice(0, UNIT_LIMITS.signatureChars), doc, cutAtLine(body, UNIT_LIMITS.bodyChars), []), code: whole };
}

function unitOf(source: Source, facts: Facts, symbol: SymbolFact, kind: 'function' | 'class', head: string, doc: string, body: string, calls: readonly string[]): Unit {
  return {
    p: source.package, l: source.language, f: source.path, k: kind, n: symbol.name, c: facts.symbols[symbol.container]?.name ?? '',
    s: head, d: doc, b: body, x: calls, t: source.isTest || /^(?:test_|Test[A-Z_]|should[A-Z_])/.test(symbol.name) ? 1 : 0,
  };
}

/** The file by the prose at its top, or null where there is none: licences and the doc of the first symbol do not count. */
function fileUnit(source: Source, facts: Facts): FoundUnit | null {
  const { text } = source;
  const first = facts.symbols.find(({ kind }) => kind !== 'package' && kind !== 'module');
  const until = Math.min(first === undefined ? text.length : Math.min(first.span.start, first.docStart < 0 ? text.length : first.docStart), 6_000);
  let raw = '';
  for (let i = 0; i + 1 < facts.comments.length && (facts.comments[i] as number) < until; i += 2) {
    const start = facts.comments[i] as number;
    const end = facts.comments[i + 1] as number;
    if (end > until + 4_000) break;
    // Line comments in a row are one text; a doc of imports or constants further down is not the file's.
    const previous = i === 0 ? 0 : (facts.comments[i - 1] as number);
    if (raw !== '' && text.slice(previous, start).trim().length > 200) break;
    const isSameBlock = i > 0 && /^[ \t]*\n?[ \t]*$/.test(text.slice(previous, start));
    raw = isSameBlock ? `${raw}\n${text.slice(start, end)}` : docText(raw) !== '' ? raw : text.slice(start, end);
  }
  const doc = docText(raw);
  if (doc === '' || facts.symbols.length < 2) return null;
  const heads = facts.symbols.filter(({ kind, container }) => kind !== 'variable' && kind !== 'package' && (container < 0 || facts.symbols[container]?.container === -1)).map((symbol) => headOf(text, symbol));
  const name = source.path.slice(source.path.lastIndexOf('/') + 1).replace(/\.[^.]*$/, '');
  const body = cutAtLine(heads.join('\n'), UNIT_LIMITS.bodyChars);
  const unit: Unit = { p: source.package, l: source.language, f: source.path, k: 'file', n: name, c: '', s: '', d: doc, b: body, x: [], t: source.isTest ? 1 : 0 };
  return { unit, code: `file ${name} ${doc} ${body}` };
}

function docOf(source: Source, symbol: SymbolFact): string {
  if (symbol.docStart < 0) return '';
  // A doc string belongs to the definition that it stands in, never to the one that follows it.
  if (source.language === 'python' && symbol.docStart < symbol.span.start && /^[rRuU]?["']/.test(source.text.slice(symbol.docStart, symbol.docStart + 2))) return '';
  return docText(source.text.slice(symbol.docStart, symbol.docEnd));
}

function headOf(text: string, symbol: SymbolFact): string {
  const start = symbol.signatureStart < 0 ? symbol.span.start : symbol.signatureStart;
  const end = symbol.signatureStart < 0 ? Math.min(symbol.span.end, start + UNIT_LIMITS.signatureChars) : symbol.signatureEnd;
  const head = text.slice(start, Math.min(end, start + 2 * UNIT_LIMITS.signatureChars)).replace(/\s+/g, ' ').trim();
  return head.slice(0, UNIT_LIMITS.signatureChars);
}

/** The definition's text from `start`, its doc string cut out. */
function withoutDoc(text: string, start: number, symbol: SymbolFact): string {
  const { end } = symbol.span;
  if (symbol.docStart < start || symbol.docStart >= end) return text.slice(start, end);
  return text.slice(start, symbol.docStart) + text.slice(Math.min(symbol.docEnd, end), end);
}

function membersOf(facts: Facts): SymbolFact[][] {
  const members: SymbolFact[][] = facts.symbols.map(() => []);
  for (const symbol of facts.symbols) if (symbol.kind !== 'variable' && symbol.kind !== 'parameter') members[symbol.container]?.push(symbol);
  return members;
}

/** Distinct names called within each symbol, those of functions inside it included. */
function callsOf(text: string, facts: Facts): string[][] {
  const names = facts.symbols.map(() => new Set<string>());
  for (const { role, start, length, symbol } of facts.occurrences) {
    if (role !== 'call' || length < 2) continue;
    const name = text.slice(start, start + length);
    for (let at = symbol; at >= 0; at = facts.symbols[at]?.container ?? -1) {
      const own = names[at] as Set<string>;
      if (own.size < UNIT_LIMITS.calls) own.add(name);
    }
  }
  return names.map((set, index) => [...set].filter((name) => name !== facts.symbols[index]?.name));
}

const PROTOTYPE = /^\s*(?:[\w*&:<>,\[\] ]|\n(?!\s*\n)){1,200}?\b([A-Za-z_]\w*)\s*\([^;{}]{0,600}\)[^;{}()]{0,80};/;

/** Docs that C keeps at prototypes in headers: name -> doc. The definition in another file takes it. */
export function prototypeDocs(source: Source, facts: Facts): Map<string, string> {
  const docs = new Map<string, string>();
  if (!/^(?:c|cpp|objc)$/.test(source.language) || !/\.(?:h|hh|hpp|hxx)$/.test(source.path)) return docs;
  for (let i = 0; i + 1 < facts.comments.length; i += 2) {
    const end = facts.comments[i + 1] as number;
    const name = PROTOTYPE.exec(source.text.slice(end, end + 900))?.[1];
    if (name === undefined || docs.has(name)) continue;
    const doc = docText(source.text.slice(facts.comments[i] as number, end));
    if (doc !== '') docs.set(name, doc);
  }
  return docs;
}
