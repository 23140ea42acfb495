/** From found definitions to symbols: order, containers, kinds, signatures, docs, visibility. */
import type { SymbolFact, SymbolKind } from '../../domain/mod.ts';
import type { Language } from '../languages/language.ts';
import type { Scope } from './collect.ts';
import { joinClauses } from './clauses.ts';
import { docBefore } from './docs.ts';
import type { FoundReference, FoundSymbol } from './found.ts';
import type { Lines } from './lines.ts';

const TYPE_KINDS: ReadonlySet<SymbolKind> = new Set<SymbolKind>(['class', 'struct', 'interface', 'trait', 'enum', 'union']);

interface OutlineInput {
  readonly text: string;
  readonly lines: Lines;
  readonly language: Language;
  /** Sorted, not overlapping. */
  readonly comments: readonly number[];
  readonly scopes: readonly Scope[];
  /** Names of later clauses are added here. */
  readonly references: FoundReference[];
  /** Names that an export clause lists. */
  readonly exportedNames: ReadonlySet<string>;
}

/** The symbols of a file sorted by start; a symbol around another comes before it. */
export function outlineOf(found: readonly FoundSymbol[], input: OutlineInput): SymbolFact[] {
  const each = oncePerName(found, input);
  const once = input.language.clauses === true ? joinClauses(each, input.text, input.references) : each;
  const kept = withoutLocals(once);
  const { containers, members } = containersOf(kept, input);
  const exported: boolean[] = [];
  // A doc string stands inside what it describes, just before its first member: it is not the member's too.
  const taken = new Set(kept.filter((symbol) => symbol.docStart >= 0).map((symbol) => symbol.docEnd));
  return kept.map((symbol, index) => {
    const container = containers[index] as number;
    const owner = container < 0 ? undefined : kept[container];
    const name = symbol.name ?? input.text.slice(symbol.nameStart, symbol.nameEnd);
    const isMember = members[index] === 1 || (owner !== undefined && TYPE_KINDS.has(owner.kind));
    const kind = isMember ? (MEMBER_KIND.get(symbol.kind) ?? symbol.kind) : symbol.kind;
    const signatureEnd = signatureEndOf(symbol, input.text);
    const before = symbol.docStart >= 0 ? { start: symbol.docStart, end: symbol.docEnd } : docBefore(input.text, symbol.start, input.comments);
    const doc = before !== null && symbol.docStart < 0 && taken.has(before.end) ? null : before;
    exported.push(isExported(symbol, name, input, owner, exported[container] ?? false));
    return {
      name, kind, container,
      span: { start: symbol.start, end: symbol.end, startLine: input.lines.at(symbol.start), endLine: input.lines.at(Math.max(symbol.start, symbol.end - 1)) },
      nameStart: symbol.nameStart, nameLine: input.lines.at(symbol.nameStart),
      signatureStart: symbol.start, signatureEnd,
      docStart: doc?.start ?? -1, docEnd: doc?.end ?? -1,
      exported: exported[index] as boolean,
    };
  });
}

/** What a kind is called inside a type. */
const MEMBER_KIND: ReadonlyMap<SymbolKind, SymbolKind> = new Map<SymbolKind, SymbolKind>([['function', 'method'], ['variable', 'field']]);

/** Sorted by start, the longer first; of several with one name node the highest rank stays. A leading colon is no part of a name. */
function oncePerName(found: readonly FoundSymbol[], { text, language }: OutlineInput): FoundSymbol[] {
  const best = new Map<number, FoundSymbol>();
  for (const symbol of found) {
    const other = best.get(symbol.nameStart);
    if (other === undefined || symbol.rank > other.rank || (symbol.rank === other.rank && detail(symbol) >= detail(other))) best.set(symbol.nameStart, symbol);
  }
  const words = WORDS_BEFORE[language.binding ?? ''];
  const kept = [...best.values()].map((symbol) => {
    const nameStart = symbol.nameStart + (text.charCodeAt(symbol.nameStart) === COLON && symbol.nameEnd - symbol.nameStart > 1 ? 1 : 0);
    if (words !== undefined) return widened({ ...symbol, nameStart }, text, words);
    return nameStart === symbol.nameStart ? symbol : { ...symbol, nameStart };
  });
  return kept.sort((a, b) => a.start - b.start || b.end - a.end || a.nameStart - b.nameStart);
}

const COLON = 58;

/** Optional captures give several matches of one definition; the one that says most is kept. */
function detail(symbol: FoundSymbol): number {
  return (symbol.bodyStart >= 0 ? 1 : 0) + (symbol.docStart >= 0 ? 1 : 0) + (symbol.marked ? 1 : 0) + (symbol.ownerStart >= 0 ? 1 : 0);
}

const WORDS_BEFORE: { readonly [binding: string]: RegExp | undefined } = {
  javascript: /(?:^|[\n;{])[ \t]*((?:export[ \t]+)?(?:(?:default|declare|abstract|const|let|var)[ \t]+)*)$/,
  go: /(?:^|\n)[ \t]*((?:type|const|var)[ \t]+)$/,
};
const LONGEST_EXPORT = 80;

/** Some trees put words as `export` and `const` around a definition; they are shown as part of it, and `export` marks it. */
function widened(symbol: FoundSymbol, text: string, words: RegExp): FoundSymbol {
  if (text.charCodeAt(symbol.start - 1) > 32) return symbol;
  const before = words.exec(text.slice(Math.max(0, symbol.start - LONGEST_EXPORT), symbol.start))?.[1] ?? '';
  return before === '' ? symbol : { ...symbol, start: symbol.start - before.length, marked: symbol.marked || before.startsWith('export') };
}

const CODE_KINDS: ReadonlySet<SymbolKind> = new Set<SymbolKind>(['function', 'method', 'constructor']);

/** Variables and constants inside a function are locals, and no symbols. */
function withoutLocals(symbols: readonly FoundSymbol[]): FoundSymbol[] {
  const open: FoundSymbol[] = [];
  return symbols.filter((symbol) => {
    while (open.length > 0 && (open[open.length - 1] as FoundSymbol).end <= symbol.start) open.pop();
    const around = open[open.length - 1];
    const isLocal = (symbol.kind === 'variable' || symbol.kind === 'constant') && around !== undefined && CODE_KINDS.has(around.kind) && !sameSpan(around, symbol);
    if (!isLocal && (CODE_KINDS.has(symbol.kind) || TYPE_KINDS.has(symbol.kind))) open.push(symbol);
    return !isLocal;
  });
}

function containersOf(symbols: readonly FoundSymbol[], { text, scopes }: OutlineInput): { containers: Int32Array; members: Uint8Array } {
  const containers = new Int32Array(symbols.length).fill(-1);
  const members = new Uint8Array(symbols.length);
  const open: number[] = [];
  const types = new Map<string, number>();
  symbols.forEach((symbol, index) => {
    if (TYPE_KINDS.has(symbol.kind) || symbol.kind === 'type' || symbol.kind === 'module' || symbol.kind === 'object') {
      const name = text.slice(symbol.nameStart, symbol.nameEnd);
      if (!types.has(name)) types.set(name, index);
    }
    while (open.length > 0 && (symbols[open[open.length - 1] as number] as FoundSymbol).end <= symbol.start) open.pop();
    containers[index] = containerIn(symbols, open, symbol);
    open.push(index);
  });
  const innermost = [...scopes].sort((a, b) => a.start - b.start);
  let scopeAt = 0;
  const openScopes: Scope[] = [];
  symbols.forEach((symbol, index) => {
    while (scopeAt < innermost.length && (innermost[scopeAt] as Scope).start <= symbol.start) openScopes.push(innermost[scopeAt++] as Scope);
    while (openScopes.length > 0 && (openScopes[openScopes.length - 1] as Scope).end < symbol.end) openScopes.pop();
    const around = openScopes[openScopes.length - 1];
    const container = containers[index] as number;
    const inScope = around !== undefined && (container < 0 || (symbols[container] as FoundSymbol).start < around.start);
    const ownerStart = symbol.ownerStart >= 0 ? symbol.ownerStart : inScope ? around.nameStart : -1;
    if (ownerStart < 0) return;
    if (inScope) members[index] = 1;
    const owner = types.get(text.slice(ownerStart, symbol.ownerStart >= 0 ? symbol.ownerEnd : (around as Scope).nameEnd));
    // A container always has the smaller index: methods written above their type stay without one.
    if (owner !== undefined && owner < index) containers[index] = owner;
  });
  return { containers, members };
}

/** Kinds of things that have a type; a type written in their declaration is not theirs. */
const TYPED_KINDS: ReadonlySet<SymbolKind> = new Set<SymbolKind>(['variable', 'field', 'property', 'constant', 'type']);

/** Siblings of one declaration (`int a, b;`) share its span: none is inside another, and what is in it belongs to the first. */
function containerIn(symbols: readonly FoundSymbol[], open: readonly number[], symbol: FoundSymbol): number {
  const isType = TYPE_KINDS.has(symbol.kind);
  let level = open.length - 1;
  for (; level >= 0; level--) {
    const around = symbols[open[level] as number] as FoundSymbol;
    if (sameSpan(around, symbol) || (isType && TYPED_KINDS.has(around.kind))) continue;
    break;
  }
  if (level < 0) return -1;
  while (level > 0 && sameSpan(symbols[open[level] as number] as FoundSymbol, symbols[open[level - 1] as number] as FoundSymbol)) level--;
  return open[level] as number;
}

function sameSpan(a: FoundSymbol, b: FoundSymbol): boolean {
  return a.start === b.start && a.end === b.end;
}

/** Before the body, else before the first brace, else the end of the name's line or of the definition. */
function signatureEndOf(symbol: FoundSymbol, text: string): number {
  if (symbol.bodyStart >= symbol.nameEnd) return trimmedEnd(text, symbol.start, beforeComments(text, symbol.nameEnd, symbol.bodyStart));
  const lineEnd = text.indexOf('\n', symbol.nameEnd);
  const limit = Math.min(symbol.end, lineEnd === -1 ? symbol.end : lineEnd);
  const end = trimmedEnd(text, symbol.start, Math.max(limit, symbol.nameEnd));
  return end > symbol.nameEnd && OPENERS.includes(text[end - 1] as string) ? trimmedEnd(text, symbol.start, end - 1) : end;
}

/** Comments between a head and its body belong to neither. */
function beforeComments(text: string, from: number, bodyStart: number): number {
  let end = bodyStart;
  for (;;) {
    const line = Math.max(from, text.lastIndexOf('\n', end - 1) + 1);
    const last = text.slice(line, end);
    if (line > from && /^\s*(?:(?:#|\/\/)[^\n]*)?$/.test(last)) {
      end = line - 1;
      continue;
    }
    // A mark within quotes is no comment: after one that closes the head there are none.
    const comment = /[:{)]\s+(?:#|\/\/)[^"'`]*$/.exec(last);
    return comment === null ? end : line + comment.index + 1;
  }
}

const OPENERS = '{[(=';

function trimmedEnd(text: string, start: number, end: number): number {
  let at = Math.min(end, start + 2_000);
  while (at > start && text.charCodeAt(at - 1) <= 32) at--;
  return at;
}

/** Swift's `private(set)` hides only the setter; Elixir and Lua have words of their own. */
const PRIVATE = /\b(?:(?:file)?private(?!\(set\))|def\w*p|typep|local)\b/;
const STATIC = /\bstatic\b/;
const MARK = /\b(?:export|pub|public)\b/;
/** Members of these are as visible as the type itself. */
const OPEN_KINDS: ReadonlySet<SymbolKind> = new Set<SymbolKind>(['enum', 'interface', 'trait']);

function isExported(symbol: FoundSymbol, name: string, input: OutlineInput, owner: FoundSymbol | undefined, ownerExported: boolean): boolean {
  const head = (): string => input.text.slice(symbol.start, symbol.nameStart);
  switch (input.language.exported) {
    case 'all': return true;
    case 'capital': return /^\p{Lu}/u.test(name);
    case 'no_underscore': return !name.startsWith('_') || (name.startsWith('__') && name.endsWith('__'));
    case 'not_static': return (owner !== undefined && TYPE_KINDS.has(owner.kind)) || !STATIC.test(head());
    case 'not_private': return !PRIVATE.test(head());
    case 'marked':
      if (symbol.marked || MARK.test(head()) || (owner === undefined && input.exportedNames.has(name))) return true;
      if (owner === undefined || !ownerExported) return false;
      return OPEN_KINDS.has(owner.kind) || (input.language.binding === 'javascript' && !name.startsWith('#') && !PRIVATE.test(head()));
  }
}
