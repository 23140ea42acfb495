import { ByteWriter } from '../base/mod.ts';
import { BlockWriter, compareKeys, packFrequency, writePlain, writeTerm, type Block, type Facts } from '../domain/mod.ts';
import { IdentifierScanner, IdentifierTable, termsOfIdentifier } from '../words/mod.ts';

const encoder = new TextEncoder();

/** Builds the term and the name block of one batch of parsed files. */
export class TermBlockBuilder {
  readonly #identifiers = new IdentifierTable();
  /** Term ids by identifier: identifiers repeat, splitting and stemming does not. */
  readonly #identifierTerms: Uint32Array[] = [];
  readonly #scanner = new IdentifierScanner();
  readonly #terms = new Map<string, number>();
  /** The chunk in which a term was met last, and where its posting stands. */
  #lastChunk = new Int32Array(1 << 14).fill(-1);
  #lastPosting = new Uint32Array(1 << 14);
  #postingTerm = new Uint32Array(1 << 16);
  #postingChunk = new Uint32Array(1 << 16);
  #postingFrequency = new Uint8Array(1 << 16);
  #postings = 0;
  #chunkTerms: number[] = [];
  readonly #names = new Map<string, number[]>();
  #blobs = 0;

  add(text: string, facts: Pick<Facts, 'chunks' | 'symbols' | 'comments'>): void {
    const blob = this.#blobs++;
    for (const { name } of facts.symbols) {
      const folded = name.toLowerCase();
      const blobs = this.#names.get(folded);
      if (blobs === undefined) this.#names.set(folded, [blob]);
      else if (blobs[blobs.length - 1] !== blob) blobs.push(blob);
    }
    const names = facts.symbols.map((symbol) => symbol.nameStart).sort((a, b) => a - b);
    const { comments } = facts;
    const scanner = this.#scanner;
    let name = 0;
    let comment = 0;
    for (const { span } of facts.chunks) {
      const chunk = this.#chunkTerms.length;
      let terms = 0;
      for (let at = span.start; scanner.next(text, at, span.end); at = scanner.to) {
        const { from, to } = scanner;
        while (comment < comments.length && (comments[comment + 1] as number) <= from) comment += 2;
        const inComment = comment < comments.length && (comments[comment] as number) <= from;
        while (name < names.length && (names[name] as number) < from) name++;
        const inName = name < names.length && (names[name] as number) < to;
        const ids = this.#termsOf(this.#identifiers.idOf(text, from, to, scanner.hash));
        terms += ids.length;
        for (let i = 0; i < ids.length; i++) this.#count(ids[i] as number, chunk, inName, inComment);
      }
      this.#chunkTerms.push(Math.min(terms, 65_535));
    }
  }

  #termsOf(identifier: number): Uint32Array {
    const known = this.#identifierTerms[identifier];
    if (known !== undefined) return known;
    const terms = termsOfIdentifier(this.#identifiers.textOf(identifier));
    const ids = new Uint32Array(terms.length);
    for (let i = 0; i < terms.length; i++) ids[i] = this.#termId(terms[i] as string);
    this.#identifierTerms[identifier] = ids;
    return ids;
  }

  #termId(term: string): number {
    const known = this.#terms.get(term);
    if (known !== undefined) return known;
    const fresh = this.#terms.size;
    this.#terms.set(term, fresh);
    if (fresh === this.#lastChunk.length) {
      const last = new Int32Array(fresh * 2).fill(-1);
      last.set(this.#lastChunk);
      this.#lastChunk = last;
      this.#lastPosting = grow(this.#lastPosting, new Uint32Array(fresh * 2));
    }
    return fresh;
  }

  #count(term: number, chunk: number, inName: boolean, inComment: boolean): void {
    let posting: number;
    if (this.#lastChunk[term] === chunk) posting = this.#lastPosting[term] as number;
    else {
      posting = this.#postings++;
      if (posting === this.#postingTerm.length) {
        this.#postingTerm = grow(this.#postingTerm, new Uint32Array(posting * 2));
        this.#postingChunk = grow(this.#postingChunk, new Uint32Array(posting * 2));
        this.#postingFrequency = grow(this.#postingFrequency, new Uint8Array(posting * 2));
      }
      this.#postingTerm[posting] = term;
      this.#postingChunk[posting] = chunk;
      this.#lastChunk[term] = chunk;
      this.#lastPosting[term] = posting;
    }
    const held = this.#postingFrequency[posting] as number;
    const code = ((held >>> 3) & 15) + (inComment ? 0 : 1);
    const comment = (held & 7) + (inComment ? 1 : 0);
    this.#postingFrequency[posting] = packFrequency(inName || held >= 0x80, code, comment);
  }

  finish(): { terms: Block; names: Block; chunkTerms: Uint16Array<ArrayBuffer> } {
    return { terms: this.#finishTerms(), names: this.#finishNames(), chunkTerms: Uint16Array.from(this.#chunkTerms) };
  }

  #finishTerms(): Block {
    const starts = new Uint32Array(this.#terms.size + 1);
    for (let i = 0; i < this.#postings; i++) starts[(this.#postingTerm[i] as number) + 1]!++;
    for (let id = 0; id < this.#terms.size; id++) starts[id + 1] = (starts[id + 1] as number) + (starts[id] as number);
    const next = starts.slice();
    const chunks = new Uint32Array(this.#postings);
    const frequencies = new Uint8Array(this.#postings);
    for (let i = 0; i < this.#postings; i++) {
      const at = next[this.#postingTerm[i] as number]!++;
      chunks[at] = this.#postingChunk[i] as number;
      frequencies[at] = this.#postingFrequency[i] as number;
    }
    const writer = new BlockWriter('term', this.#chunkTerms.length);
    const bytes = new ByteWriter(4096);
    for (const { key, value: id } of sortedKeys(this.#terms)) {
      const from = starts[id] as number;
      const to = starts[id + 1] as number;
      bytes.length = 0;
      writeTerm(bytes, chunks, frequencies, from, to);
      writer.add(key, to - from, bytes.written());
    }
    return writer.finish();
  }

  #finishNames(): Block {
    const writer = new BlockWriter('name', this.#blobs);
    const bytes = new ByteWriter(256);
    for (const { key, value: blobs } of sortedKeys(this.#names)) {
      bytes.length = 0;
      writePlain(bytes, blobs);
      writer.add(key, blobs.length, bytes.written());
    }
    return writer.finish();
  }
}

function grow<T extends Uint32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>>(from: T, into: T): T {
  into.set(from);
  return into;
}

/** Entries in the byte order of their keys. Plain strings sort by UTF-16 units, which differs beyond the basic plane only. */
function sortedKeys<T>(map: ReadonlyMap<string, T>): { key: Uint8Array; value: T }[] {
  const texts = [...map.keys()].sort();
  const entries = texts.map((text) => ({ key: encoder.encode(text), value: map.get(text) as T }));
  if (texts.some((text) => /[\ud800-\udfff]/.test(text))) entries.sort((a, b) => compareKeys(a.key, b.key));
  return entries;
}
