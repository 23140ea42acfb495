/** Tables, views, routines, triggers, indexes and types of SQL scripts in any common dialect, with columns and enum values. */
import type { SymbolKind } from '../../../domain/mod.ts';
import type { Found, FoundSymbol } from '../../parse/found.ts';
import { SQL_KEYWORDS, type SqlToken, sqlTokens } from './sql-tokens.ts';

const KIND_OF: Readonly<Record<string, SymbolKind>> = {
  TABLE: 'struct', VIEW: 'interface', FUNCTION: 'function', PROCEDURE: 'function', PROC: 'function', AGGREGATE: 'function', TRIGGER: 'event',
  INDEX: 'key', TYPE: 'type', DOMAIN: 'type', SCHEMA: 'namespace', DATABASE: 'namespace', SEQUENCE: 'variable', PACKAGE: 'package', MACRO: 'macro',
};
/** Words between CREATE and what is created. */
const BEFORE_KIND = new Set(
  `OR REPLACE ALTER TEMP TEMPORARY UNLOGGED GLOBAL LOCAL MATERIALIZED RECURSIVE UNIQUE CLUSTERED NONCLUSTERED FULLTEXT SPATIAL EXTERNAL
  FOREIGN VIRTUAL CONSTRAINT EDITIONABLE NONEDITIONABLE BITMAP COLUMNSTORE DEFINER ALGORITHM SQL SECURITY INVOKER UNDEFINED MERGE TEMPTABLE FORCE NO`.split(/\s+/),
);
const BEFORE_NAME = new Set(['IF', 'NOT', 'EXISTS', 'CONCURRENTLY', 'BODY', 'ONLY']);
const ROUTINES = new Set(['FUNCTION', 'PROCEDURE', 'PROC', 'TRIGGER', 'PACKAGE']);
/** What begins a line of a table that is no column. */
const NO_COLUMN = new Set(['PRIMARY', 'FOREIGN', 'UNIQUE', 'CONSTRAINT', 'CHECK', 'KEY', 'INDEX', 'EXCLUDE', 'LIKE', 'PERIOD', 'FULLTEXT', 'SPATIAL', 'PARTITION']);
/** `END IF` closes no BEGIN. */
const NOT_BLOCK_ENDS = new Set(['IF', 'LOOP', 'WHILE', 'REPEAT', 'FOR']);
/** A bracket after a table's name lists columns. */
const BEFORE_TABLE = new Set(['TABLE', 'ON', 'ONLY', 'JOIN', 'EXISTS']);
const WRITES = new Set(['INTO', 'UPDATE', 'TRUNCATE']);

export function sqlOutline(text: string): Found {
  const found: Found = { symbols: [], references: [], imports: [], comments: [] };
  const all = sqlTokens(text, 0, text.length);
  const tokens: SqlToken[] = [];
  for (const token of all) {
    if (token.type === 'comment') found.comments.push(token.start, token.end);
    else tokens.push(token);
  }
  for (let at = 0; at < tokens.length; ) {
    if ((tokens[at] as SqlToken).word === 'CREATE') at = definitionAt(text, tokens, at, found.symbols);
    else at++;
  }
  const names = new Set(found.symbols.map((symbol) => symbol.nameStart));
  referencesIn(text, tokens, names, found);
  return found;
}

/** Reads one CREATE; returns the index of the token to go on with. */
function definitionAt(text: string, tokens: readonly SqlToken[], from: number, symbols: FoundSymbol[]): number {
  let at = from + 1;
  while (at < tokens.length && KIND_OF[wordAt(tokens, at)] === undefined) {
    const token = tokens[at] as SqlToken;
    const isValue = token.type === 'quoted' || token.word === '=' || wordAt(tokens, at - 1) === '=' || token.word.startsWith('@') || text[token.start - 1] === '@';
    if (!BEFORE_KIND.has(token.word) && !isValue) return from + 1;
    at++;
  }
  const what = wordAt(tokens, at);
  at++;
  while (BEFORE_NAME.has(wordAt(tokens, at))) at++;
  let name = tokens[at];
  if (name === undefined || (name.type !== 'word' && name.type !== 'quoted') || (what === 'INDEX' && name.word === 'ON')) return from + 1;
  while (wordAt(tokens, at + 1) === '.' && tokens[at + 2] !== undefined) name = tokens[(at += 2)] as SqlToken;
  const last = statementEnd(tokens, at + 1, ROUTINES.has(what), text);
  const start = (tokens[from] as SqlToken).start;
  const isEnum = what === 'TYPE' && wordAt(tokens, at + 1) === 'AS' && wordAt(tokens, at + 2) === 'ENUM';
  const opening = tokens.findIndex((token, index) => index > at && (token.word === '(' || index >= last));
  const hasParts = opening > at && opening < last && (what === 'TABLE' || what === 'TYPE');
  const end = (tokens[Math.min(last, tokens.length - 1)] as SqlToken).end;
  symbols.push(symbolOf(isEnum ? 'enum' : (KIND_OF[what] as SymbolKind), start, end, name, hasParts ? (tokens[opening] as SqlToken).start : -1));
  if (hasParts) partsOf(tokens, opening, last, isEnum, symbols);
  return what === 'SCHEMA' || what === 'PACKAGE' ? at + 1 : last + 1;
}

/** Index of the token that ends the statement: `;` outside of brackets and blocks, or a line that sets statements apart. */
function statementEnd(tokens: readonly SqlToken[], from: number, isRoutine: boolean, text: string): number {
  let brackets = 0;
  let blocks = 0;
  for (let at = from; at < tokens.length; at++) {
    const { word, type } = tokens[at] as SqlToken;
    if (word === '(') brackets++;
    else if (word === ')') brackets = Math.max(0, brackets - 1);
    else if (word === ';' && brackets === 0 && blocks === 0) return at;
    else if ((word === '//' || word === '$$') && type === 'mark') return Math.max(from, at - 1);
    else if ((word === 'GO' || word === 'DELIMITER') && opensLine(text, (tokens[at] as SqlToken).start)) return Math.max(from, at - 1);
    else if (word === 'CREATE' && brackets === 0 && blocks === 0 && at > from && opensLine(text, (tokens[at] as SqlToken).start)) return at - 1;
    else if (isRoutine && (word === 'BEGIN' || word === 'CASE')) blocks++;
    else if (isRoutine && word === 'END') {
      const next = wordAt(tokens, at + 1);
      if (NOT_BLOCK_ENDS.has(next)) at++;
      else {
        blocks = Math.max(0, blocks - 1);
        if (next === 'CASE') at++;
      }
    }
  }
  return tokens.length - 1;
}

/** Columns of a table or a composite type, values of an enum type. */
function partsOf(tokens: readonly SqlToken[], opening: number, last: number, isEnum: boolean, symbols: FoundSymbol[]): void {
  let brackets = 0;
  let first = opening + 1;
  for (let at = opening; at <= last && at < tokens.length; at++) {
    const { word } = tokens[at] as SqlToken;
    if (word === '(') brackets++;
    if (word === ')') brackets--;
    const isEnd = brackets === 0;
    if (!isEnd && !(word === ',' && brackets === 1)) continue;
    const token = tokens[first];
    const before = tokens[at - 1];
    if (token !== undefined && before !== undefined && first < at) {
      if (isEnum && token.type === 'string') symbols.push(symbolOf('enum_member', token.start, token.end, token, -1));
      else if (!isEnum && (token.type === 'quoted' || (token.type === 'word' && !NO_COLUMN.has(token.word))) && first + 1 < at) {
        symbols.push(symbolOf('field', token.start, before.end, token, -1));
      }
    }
    first = at + 1;
    if (isEnd) return;
  }
}

function symbolOf(kind: SymbolKind, start: number, end: number, name: SqlToken, bodyStart: number): FoundSymbol {
  const marks = name.type === 'word' ? 0 : 1;
  return {
    kind, start, end, nameStart: name.start + marks, nameEnd: Math.max(name.start + marks, name.end - marks), bodyStart,
    docStart: -1, docEnd: -1, marked: true, ownerStart: -1, ownerEnd: -1, rank: 0,
  };
}

/** Names in use: calls before a bracket, tables after FROM and its like, the rest as reads; bodies between dollars too. */
function referencesIn(text: string, tokens: readonly SqlToken[], names: ReadonlySet<number>, found: Found): void {
  tokens.forEach((token, at) => {
    if (token.type === 'dollar') {
      const inner = text.indexOf('$', token.start + 1) + 1;
      referencesIn(text, sqlTokens(text, inner, token.end - (inner - token.start)).filter((part) => part.type !== 'comment' && part.type !== 'dollar'), names, found);
      return;
    }
    const marks = token.type === 'quoted' ? 1 : 0;
    if ((token.type !== 'word' && token.type !== 'quoted') || SQL_KEYWORDS.has(token.word) || names.has(token.start + marks)) return;
    const before = wordAt(tokens, at - 1);
    const receiver = before === '.' ? tokens[at - 2] : undefined;
    const previous = receiver === undefined ? before : wordAt(tokens, at - 3);
    const role = previous === 'REFERENCES' ? 'type' : WRITES.has(previous) ? 'write' : wordAt(tokens, at + 1) === '(' && !BEFORE_TABLE.has(previous) ? 'call' : 'read';
    const isNamed = receiver !== undefined && (receiver.type === 'word' || receiver.type === 'quoted');
    const receiverMarks = receiver?.type === 'quoted' ? 1 : 0;
    found.references.push({
      role, start: token.start + marks, end: token.end - marks,
      qualifierStart: isNamed ? receiver.start + receiverMarks : -1, qualifierEnd: isNamed ? receiver.end - receiverMarks : -1, rank: 0,
    });
  });
}

function wordAt(tokens: readonly SqlToken[], at: number): string {
  return tokens[at]?.word ?? '';
}

function opensLine(text: string, offset: number): boolean {
  let at = offset - 1;
  while (at >= 0 && (text.charCodeAt(at) === 32 || text.charCodeAt(at) === 9)) at--;
  return at < 0 || text.charCodeAt(at) === 10;
}
