import { SYMBOL_KINDS, type Role, type SymbolKind } from '../../domain/mod.ts';
import type { Found, FoundReference, FoundSymbol } from './found.ts';
import type { Grammar } from './grammar.ts';

const ACTIONS = { comment: 1, definition: 2, name: 3, body: 4, doc: 5, exported: 6, owner: 7, scope: 8, reference: 9, qualifier: 10, imports: 11, source: 12, importName: 13, alias: 14, importDefault: 15, exportedName: 16 } as const;
type Action = (typeof ACTIONS)[keyof typeof ACTIONS];

interface CaptureMeaning {
  readonly action: Action | 0;
  readonly kind: SymbolKind | null;
  readonly role: Role | null;
}

const ROLE_OF: Readonly<Record<string, Role>> = {
  call: 'call', type: 'type', import: 'import', write: 'write', inherit: 'inherit', read: 'read',
};
const PLAIN: Readonly<Record<string, Action>> = {
  comment: ACTIONS.comment, name: ACTIONS.name, body: ACTIONS.body, doc: ACTIONS.doc, exported: ACTIONS.exported, owner: ACTIONS.owner,
  'definition.scope': ACTIONS.scope, qualifier: ACTIONS.qualifier, import: ACTIONS.imports, 'import.source': ACTIONS.source,
  'import.name': ACTIONS.importName, 'import.alias': ACTIONS.alias, 'import.default': ACTIONS.importDefault, 'exported.name': ACTIONS.exportedName,
};

/** What each capture of a grammar's query means. Throws for a name that no convention knows: a typing error in a query. */
export function meaningsOf(captureNames: readonly string[]): CaptureMeaning[] {
  return captureNames.map((name) => {
    const plain = PLAIN[name];
    if (plain !== undefined) return { action: plain, kind: null, role: null };
    const [family, rest = ''] = name.split('.', 2);
    const kind = SYMBOL_KINDS.find((known) => known === rest);
    if (family === 'definition' && kind !== undefined) return { action: ACTIONS.definition, kind, role: null };
    const role = ROLE_OF[rest];
    if (family === 'reference' && role !== undefined) return { action: ACTIONS.reference, kind: null, role };
    if (name.startsWith('_')) return { action: 0, kind: null, role: null };
    throw new TypeError(`a query captures @${name}, which means nothing here`);
  });
}

/** A region whose members belong to a type that is named, not defined, there. */
export interface Scope {
  readonly start: number;
  readonly end: number;
  readonly nameStart: number;
  readonly nameEnd: number;
}

/** Turns matches into found facts. One instance per file. */
export class Collector implements Found {
  readonly symbols: FoundSymbol[] = [];
  readonly references: FoundReference[] = [];
  readonly imports: Found['imports'] = [];
  readonly comments: number[] = [];
  readonly scopes: Scope[] = [];
  /** Names that an export clause lists apart from their definitions. */
  readonly exportedNames: Set<string> = new Set();
  readonly #text: string;
  readonly #grammar: Grammar;
  readonly #meanings: readonly CaptureMeaning[];
  readonly #lineOf: (offset: number) => number;

  constructor(text: string, grammar: Grammar, meanings: readonly CaptureMeaning[], lineOf: (offset: number) => number) {
    this.#text = text;
    this.#grammar = grammar;
    this.#meanings = meanings;
    this.#lineOf = lineOf;
  }

  /** Takes over what was found of an embedded language. */
  add(inner: Collector): void {
    for (const symbol of inner.symbols) this.symbols.push(symbol);
    for (const reference of inner.references) this.references.push(reference);
    for (const fact of inner.imports) this.imports.push(fact);
    for (const offset of inner.comments) this.comments.push(offset);
    for (const scope of inner.scopes) this.scopes.push(scope);
    for (const name of inner.exportedNames) this.exportedNames.add(name);
  }

  /** The visitor of `Grammar.run`. */
  visit(pattern: number, data: Int32Array, from: number, to: number): void {
    if (to - from === 3) {
      const only = this.#meanings[data[from] as number] as CaptureMeaning;
      const start = data[from + 1] as number;
      const end = data[from + 2] as number;
      if (only.action === ACTIONS.comment) this.comments.push(start, this.#text.charCodeAt(end - 1) === 10 ? end - 1 : end);
      else if (only.action === ACTIONS.reference && end > start) {
        this.references.push({ role: only.role as Role, start, end, qualifierStart: -1, qualifierEnd: -1, rank: pattern });
      } else if (only.action === ACTIONS.doc) this.comments.push(start, end);
      else if (only.action === ACTIONS.exportedName) this.exportedNames.add(this.#text.slice(start, end));
      return;
    }
    if (pattern < this.#grammar.firstReference) this.#definition(pattern, data, from, to);
    else this.#reference(pattern, data, from, to);
  }

  #definition(rank: number, data: Int32Array, from: number, to: number): void {
    let kind: SymbolKind | null = null;
    let isScope = false;
    let start = -1;
    let end = -1;
    let nameStart = -1;
    let nameEnd = -1;
    let bodyStart = -1;
    let bodyEnd = -1;
    let docStart = -1;
    let docEnd = -1;
    let ownerStart = -1;
    let ownerEnd = -1;
    let marked = false;
    for (let i = from; i < to; i += 3) {
      const meaning = this.#meanings[data[i] as number] as CaptureMeaning;
      const at = data[i + 1] as number;
      const until = data[i + 2] as number;
      if (meaning.action === ACTIONS.definition || meaning.action === ACTIONS.scope) {
        [kind, start, end, isScope] = [meaning.kind, at, until, meaning.action === ACTIONS.scope];
      } else if (meaning.action === ACTIONS.name) [nameStart, nameEnd] = [at, until];
      else if (meaning.action === ACTIONS.body) [bodyStart, bodyEnd] = [at, until];
      else if (meaning.action === ACTIONS.doc) [docStart, docEnd] = docStart < 0 ? [at, until] : [docStart, docEnd];
      else if (meaning.action === ACTIONS.owner) [ownerStart, ownerEnd] = [at, until];
      else if (meaning.action === ACTIONS.exported) marked = true;
    }
    if (nameStart < 0 || nameEnd <= nameStart) return;
    if (isScope) this.scopes.push({ start, end, nameStart, nameEnd });
    if (kind === null) return;
    if (docStart >= 0) this.comments.push(docStart, docEnd);
    // A grammar may put a body beside its head (Dart): both together are the definition.
    this.symbols.push({ kind, start, end: Math.max(end, bodyEnd), nameStart, nameEnd, bodyStart, docStart, docEnd, marked, ownerStart, ownerEnd, rank });
  }

  #reference(rank: number, data: Int32Array, from: number, to: number): void {
    let role: Role | null = null;
    let start = -1;
    let end = -1;
    let qualifierStart = -1;
    let qualifierEnd = -1;
    let importAt = -1;
    let sourceStart = -1;
    let sourceEnd = -1;
    let name: string | null = null;
    let alias: string | null = null;
    for (let i = from; i < to; i += 3) {
      const meaning = this.#meanings[data[i] as number] as CaptureMeaning;
      const at = data[i + 1] as number;
      const until = data[i + 2] as number;
      if (meaning.action === ACTIONS.reference) [role, start, end] = [meaning.role, at, until];
      else if (meaning.action === ACTIONS.qualifier) [qualifierStart, qualifierEnd] = [at, until];
      else if (meaning.action === ACTIONS.imports) importAt = at;
      else if (meaning.action === ACTIONS.source) [sourceStart, sourceEnd] = [sourceStart < 0 ? at : Math.min(sourceStart, at), Math.max(sourceEnd, until)];
      else if (meaning.action === ACTIONS.importName) name = this.#text.slice(at, until);
      else if (meaning.action === ACTIONS.alias) alias = this.#text.slice(at, until);
      else if (meaning.action === ACTIONS.importDefault) [name, alias] = ['default', this.#text.slice(at, until)];
      else if (meaning.action === ACTIONS.exportedName) this.exportedNames.add(this.#text.slice(at, until));
    }
    if (role !== null && end > start) this.references.push({ role, start, end, qualifierStart, qualifierEnd, rank });
    if (importAt >= 0 && sourceStart >= 0) {
      const source = this.#text.slice(sourceStart, sourceEnd);
      this.imports.push({ source: unquote(source), name: name ?? '', alias: alias ?? (name === '*' ? '' : (name ?? '')), line: this.#lineOf(importAt) });
    }
  }
}

const OPENING = '\'"`<';
const CLOSING = '\'"`>';

/** `"./a.js"` and `<stdio.h>` without their marks. */
function unquote(source: string): string {
  const mark = OPENING.indexOf(source[0] ?? ' ');
  return mark >= 0 && source.length > 1 && source.endsWith(CLOSING[mark] as string) ? source.slice(1, -1) : source;
}
