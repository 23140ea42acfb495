import { ByteReader, ByteWriter } from '../base/mod.ts';
import type { ChunkFact, Facts } from './facts.ts';
import { ROLES, type ImportFact, type Occurrence } from './reference.ts';
import { SYMBOL_KINDS, type SymbolFact } from './symbol.ts';

/**
 * The facts of one file as bytes: all stretches of the text, differences from what came before, no names.
 * Reading names needs the text. Four sections (symbols, chunks, imports, occurrences) can be read apart.
 * Layout: version byte, byte lengths of the first three sections (varints), the sections.
 */
const VERSION = 1;

const KIND_CODE = new Map(SYMBOL_KINDS.map((kind, code) => [kind, code]));
const ROLE_CODE = new Map(ROLES.map((role, code) => [role, code]));

const FLAG_EXPORTED = 1;
const FLAG_SIGNATURE = 2;
const FLAG_DOC = 4;
const FLAG_NAMED = 8;

export function packFacts(facts: Facts, text: string): Uint8Array<ArrayBuffer> {
  const symbols = packSymbols(facts.symbols, text);
  const chunks = packChunks(facts.chunks);
  const imports = packImports(facts.imports);
  const occurrences = packOccurrences(facts.occurrences);
  const out = new ByteWriter(symbols.length + chunks.length + imports.length + occurrences.length + 16);
  out.byte(VERSION);
  out.varint(symbols.length);
  out.varint(chunks.length);
  out.varint(imports.length);
  for (const part of [symbols, chunks, imports, occurrences]) out.raw(part);
  return out.finish();
}

function packSymbols(symbols: readonly SymbolFact[], text: string): Uint8Array {
  const out = new ByteWriter(symbols.length * 12 + 8);
  out.varint(symbols.length);
  let start = 0;
  let line = 1;
  symbols.forEach((symbol, index) => {
    const { span } = symbol;
    const named = text.slice(symbol.nameStart, symbol.nameStart + symbol.name.length) !== symbol.name;
    out.byte(KIND_CODE.get(symbol.kind) as number);
    out.byte(
      (symbol.exported ? FLAG_EXPORTED : 0) | (symbol.signatureStart >= 0 ? FLAG_SIGNATURE : 0) |
      (symbol.docStart >= 0 ? FLAG_DOC : 0) | (named ? FLAG_NAMED : 0),
    );
    out.varint(symbol.container < 0 ? 0 : index - symbol.container);
    out.signed(span.start - start);
    out.varint(span.end - span.start);
    out.signed(span.startLine - line);
    out.varint(span.endLine - span.startLine);
    out.signed(symbol.nameStart - span.start);
    out.signed(symbol.nameLine - span.startLine);
    out.varint(symbol.name.length);
    if (named) out.string(symbol.name);
    if (symbol.signatureStart >= 0) {
      out.signed(symbol.signatureStart - span.start);
      out.varint(symbol.signatureEnd - symbol.signatureStart);
    }
    if (symbol.docStart >= 0) {
      out.signed(symbol.docStart - span.start);
      out.varint(symbol.docEnd - symbol.docStart);
    }
    start = span.start;
    line = span.startLine;
  });
  return out.finish();
}

function packChunks(chunks: readonly ChunkFact[]): Uint8Array {
  const out = new ByteWriter(chunks.length * 6 + 8);
  out.varint(chunks.length);
  let start = 0;
  let line = 1;
  for (const { span, symbol } of chunks) {
    out.signed(span.start - start);
    out.varint(span.end - span.start);
    out.signed(span.startLine - line);
    out.varint(span.endLine - span.startLine);
    out.varint(symbol + 1);
    start = span.end;
    line = span.endLine;
  }
  return out.finish();
}

function packImports(imports: readonly ImportFact[]): Uint8Array {
  const out = new ByteWriter(imports.length * 24 + 8);
  out.varint(imports.length);
  for (const item of imports) {
    out.string(item.source);
    out.string(item.name);
    out.string(item.alias);
    out.varint(item.line);
  }
  return out.finish();
}

function packOccurrences(occurrences: readonly Occurrence[]): Uint8Array {
  const out = new ByteWriter(occurrences.length * 4 + 8);
  out.varint(occurrences.length);
  let start = 0;
  let line = 1;
  let symbol = 0;
  for (const occurrence of occurrences) {
    // One byte says the role, whether the symbol changed, whether the line changed and whether a qualifier follows.
    const moved = occurrence.symbol !== symbol;
    const lines = occurrence.line - line;
    const qualified = occurrence.qualifierStart >= 0;
    out.byte((ROLE_CODE.get(occurrence.role) as number) | (moved ? 8 : 0) | (lines !== 0 ? 16 : 0) | (qualified ? 32 : 0));
    out.varint(occurrence.start - start);
    out.varint(occurrence.length);
    if (moved) out.varint(occurrence.symbol + 1);
    if (lines !== 0) out.varint(lines);
    if (qualified) {
      out.signed(occurrence.start - occurrence.qualifierStart);
      out.varint(occurrence.qualifierLength);
    }
    start = occurrence.start;
    line = occurrence.line;
    symbol = occurrence.symbol;
  }
  return out.finish();
}

function section(packed: Uint8Array, wanted: 0 | 1 | 2 | 3): ByteReader {
  const reader = new ByteReader(packed);
  const version = reader.byte();
  if (version !== VERSION) throw new RangeError(`packed facts have version ${version}, this program reads ${VERSION}`);
  const lengths = [reader.varint(), reader.varint(), reader.varint()];
  let at = reader.at;
  for (let i = 0; i < wanted; i++) at += lengths[i] as number;
  return new ByteReader(packed, at);
}

export function unpackSymbols(packed: Uint8Array, text: string): SymbolFact[] {
  const reader = section(packed, 0);
  const count = reader.varint();
  const symbols: SymbolFact[] = [];
  let start = 0;
  let line = 1;
  for (let index = 0; index < count; index++) {
    const kind = SYMBOL_KINDS[reader.byte()] as SymbolFact['kind'];
    const flags = reader.byte();
    const up = reader.varint();
    start += reader.signed();
    const end = start + reader.varint();
    line += reader.signed();
    const endLine = line + reader.varint();
    const nameStart = start + reader.signed();
    const nameLine = line + reader.signed();
    const nameLength = reader.varint();
    const name = flags & FLAG_NAMED ? reader.string() : text.slice(nameStart, nameStart + nameLength);
    let signatureStart = -1;
    let signatureEnd = -1;
    if (flags & FLAG_SIGNATURE) {
      signatureStart = start + reader.signed();
      signatureEnd = signatureStart + reader.varint();
    }
    let docStart = -1;
    let docEnd = -1;
    if (flags & FLAG_DOC) {
      docStart = start + reader.signed();
      docEnd = docStart + reader.varint();
    }
    symbols.push({
      name, kind, container: up === 0 ? -1 : index - up, span: { start, end, startLine: line, endLine },
      nameStart, nameLine, signatureStart, signatureEnd, docStart, docEnd, exported: (flags & FLAG_EXPORTED) !== 0,
    });
  }
  return symbols;
}

export function unpackChunks(packed: Uint8Array): ChunkFact[] {
  const reader = section(packed, 1);
  const count = reader.varint();
  const chunks: ChunkFact[] = [];
  let at = 0;
  let line = 1;
  for (let i = 0; i < count; i++) {
    const start = at + reader.signed();
    const end = start + reader.varint();
    const startLine = line + reader.signed();
    const endLine = startLine + reader.varint();
    chunks.push({ span: { start, end, startLine, endLine }, symbol: reader.varint() - 1 });
    at = end;
    line = endLine;
  }
  return chunks;
}

export function unpackImports(packed: Uint8Array): ImportFact[] {
  const reader = section(packed, 2);
  const count = reader.varint();
  const imports: ImportFact[] = [];
  for (let i = 0; i < count; i++) {
    imports.push({ source: reader.string(), name: reader.string(), alias: reader.string(), line: reader.varint() });
  }
  return imports;
}

/**
 * The uses in one file, or only those for which `keep(start, length)` holds: a file may hold thousands,
 * and a query wants the few with one name.
 */
export function unpackOccurrences(packed: Uint8Array, keep?: (start: number, length: number) => boolean): Occurrence[] {
  const reader = section(packed, 3);
  const count = reader.varint();
  const occurrences: Occurrence[] = [];
  let start = 0;
  let line = 1;
  let symbol = 0;
  for (let i = 0; i < count; i++) {
    const head = reader.byte();
    start += reader.varint();
    const length = reader.varint();
    if (head & 8) symbol = reader.varint() - 1;
    if (head & 16) line += reader.varint();
    let qualifierStart = -1;
    let qualifierLength = 0;
    if (head & 32) {
      qualifierStart = start - reader.signed();
      qualifierLength = reader.varint();
    }
    if (keep !== undefined && !keep(start, length)) continue;
    occurrences.push({ start, length, line, role: ROLES[head & 7] as Occurrence['role'], symbol, qualifierStart, qualifierLength });
  }
  return occurrences;
}
