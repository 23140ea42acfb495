import { partsOf, stem } from '../../words/mod.ts';
import { hashOf, mix, TokenKind, Tokenizer } from './tokenizer.ts';
import { SYNONYMS } from './vocabulary.ts';

/** What two pieces of code are compared by, family for family. */
export const FAMILIES = ['all', 'names', 'code', 'comments', 'literals', 'verbatim', 'structure', 'flow', 'theme'] as const;
export type Family = (typeof FAMILIES)[number];
export const FAMILY: Readonly<Record<Family, number>> = { all: 0, names: 1, code: 2, comments: 3, literals: 4, verbatim: 5, structure: 6, flow: 7, theme: 8 };

/** The distinct features of one family as ascending hashes, and how often each stands, up to 255. */
export interface Features {
  readonly hashes: Int32Array;
  readonly counts: Uint8Array;
}

export const COUNTS = ['loops', 'deepest', 'branches', 'returns', 'functions', 'recursion', 'classes', 'indexing', 'arithmetic', 'comparisons', 'bits', 'calls', 'tokens'] as const;
export type Count = (typeof COUNTS)[number];

/** A piece of code as features; made without a parser, in one pass over its text. */
export interface Sketch {
  readonly families: readonly Features[];
  readonly counts: Readonly<Record<Count, number>>;
  /** Spelled out where asked for: hash of a word or a literal to what stands in the text. */
  readonly spelled: ReadonlyMap<number, string>;
}

const NO_WORDS: ReadonlyMap<number, string> = new Map();
const CONTROL = new Set(['LOOP', 'IF', 'ELSE', 'CASE', 'RETURN', 'TRY', 'THROW', 'STOP', 'NEXT', 'YIELD']);
const IDENTIFIER = hashOf('identifier');
const CALL = hashOf('call');
const TEXT = hashOf('text');
const COUNTED = new Map<string, Count>([
  ['[', 'indexing'], ['?', 'branches'],
  ...['+', '-', '*', '/', '%', 'power', '+=', '-=', '*=', '/=', '%='].map((value) => [value, 'arithmetic'] as const),
  ...['<', '>', '<=', '>=', '==', '!='].map((value) => [value, 'comparisons'] as const),
  ...['&', '|', '^', '~', '<<', '>>', '&=', '|=', '^=', '<<=', '>>='].map((value) => [value, 'bits'] as const),
]);

/** Features with repeats, sorted and counted at the end: quicker than a map. */
class Bag {
  #hashes = new Int32Array(256);
  #size = 0;

  add(hash: number, times = 1): void {
    if (this.#size + times > this.#hashes.length) {
      const grown = new Int32Array(this.#hashes.length * 2);
      grown.set(this.#hashes);
      this.#hashes = grown;
    }
    for (let i = 0; i < times; i++) this.#hashes[this.#size++] = hash;
  }

  finish(): Features {
    const sorted = this.#hashes.subarray(0, this.#size).sort();
    const hashes = new Int32Array(this.#size);
    const counts = new Uint8Array(this.#size);
    let distinct = 0;
    for (let i = 0; i < sorted.length; distinct++) {
      const hash = sorted[i] as number;
      const from = i;
      while (i < sorted.length && sorted[i] === hash) i++;
      hashes[distinct] = hash;
      counts[distinct] = Math.min(255, i - from);
    }
    return { hashes: hashes.slice(0, distinct), counts: counts.slice(0, distinct) };
  }
}

/** The words of one identifier under one name each, as hashes: words, and neighbours joined. */
interface Words {
  /** As they are written. */
  readonly shown: readonly string[];
  readonly hashes: readonly number[];
  /** Neighbours as one word, and the initials of three or four words, as people say `gcd`. */
  readonly joined: readonly string[];
  readonly joinedHashes: readonly number[];
  /** The whole identifier. */
  readonly said: number;
}

/** A cache, because the same identifiers come again and again. */
const WORDS_KEPT = 20_000;
let wordCache = new Map<string, Words>();

export function wordsOf(identifier: string): Words {
  const known = wordCache.get(identifier);
  if (known !== undefined) return known;
  const words: string[] = [];
  const shown: string[] = [];
  const joined: string[] = [];
  const parts = partsOf(identifier);
  parts.forEach((part, at) => {
    const word = stem(SYNONYMS.get(part) ?? part);
    if (!words.includes(word)) {
      words.push(word);
      shown.push(part);
    }
    if (at > 0) joined.push(`${parts[at - 1]}${stem(part)}`);
  });
  if (parts.length >= 3 && parts.length <= 4) joined.push(parts.map((part) => part[0]).join(''));
  const made = { shown, hashes: words.map(hashOf), joined, joinedHashes: joined.map(hashOf), said: hashOf(words.join(' ')) };
  if (wordCache.size >= WORDS_KEPT) wordCache = new Map();
  wordCache.set(identifier, made);
  return made;
}

interface Nest {
  readonly indent: number;
  readonly hash: number;
  /** Loops from the outside to here. */
  readonly loops: number;
}

/** Gathers the features of one text, token by token. */
class Sketcher {
  readonly bags: readonly Bag[] = FAMILIES.map(() => new Bag());
  readonly counts: Record<Count, number> = Object.fromEntries(COUNTS.map((count) => [count, 0])) as Record<Count, number>;
  readonly spelled: Map<number, string> | null;
  readonly #defined = new Set<string>();
  readonly #nest: Nest[] = [];
  #position = 0;
  #said1 = 0;
  #said2 = 0;
  #said3 = 0;
  #form1 = 0;
  #form2 = 0;
  #form3 = 0;
  #form4 = 0;
  #afterFunction = false;

  constructor(spell: boolean) {
    this.spelled = spell ? new Map() : null;
  }

  bag(family: Family): Bag {
    return this.bags[FAMILY[family]] as Bag;
  }

  words(identifier: string, family: Family): void {
    const { shown, hashes, joined, joinedHashes } = wordsOf(identifier);
    const into = this.bag(family);
    const all = this.bag('all');
    const theme = this.bag('theme');
    const times = family === 'names' ? 8 : 1;
    for (let i = 0; i < hashes.length; i++) {
      const hash = hashes[i] as number;
      into.add(hash);
      all.add(hash);
      theme.add(hash, times);
      this.spelled?.set(hash, shown[i] as string);
    }
    for (let i = 0; i < joined.length; i++) {
      const hash = joinedHashes[i] as number;
      into.add(hash);
      all.add(hash);
      theme.add(hash, times);
      this.spelled?.set(hash, joined[i] as string);
    }
  }

  /** Neighbouring words of prose, joined as an identifier would join them. */
  prose(words: readonly string[]): void {
    let last = '';
    const theme = this.bag('theme');
    const all = this.bag('all');
    for (const word of words) {
      this.words(word, 'comments');
      const small = word.toLowerCase();
      if (last.length > 2 && small.length > 2) {
        const hash = hashOf(last + stem(small));
        theme.add(hash);
        all.add(hash);
      }
      last = small;
    }
  }

  word(tokens: Tokenizer): void {
    const { keyword, value, indent } = tokens;
    const { counts } = this;
    if (keyword === '-') return;
    if (keyword !== null) {
      const hash = hashOf(keyword);
      if (keyword === 'LOOP') counts.loops++;
      else if (keyword === 'IF' || keyword === 'CASE') counts.branches++;
      else if (keyword === 'RETURN') counts.returns++;
      else if (keyword === 'CLASS') counts.classes++;
      else if (keyword === 'FUNCTION') counts.functions++;
      this.#afterFunction = keyword === 'FUNCTION' || keyword === 'CLASS';
      if (keyword === 'FUNCTION' || CONTROL.has(keyword)) this.#control(hash, indent, keyword === 'LOOP');
      this.#emit(hash, hash);
      return;
    }
    const called = tokens.followedBy(40);
    if (called) counts.calls++;
    // A definition says its name after a keyword, or in C's manner: a type, the name, a list in parentheses and a body.
    if (this.#afterFunction || (called && tokens.isDefinition())) {
      this.words(value, /^(?:test|main|setup)/i.test(value) ? 'code' : 'names');
      if (!this.#afterFunction) counts.functions++;
      this.#defined.add(value);
    } else {
      this.words(value, 'code');
      if (called && this.#defined.has(value)) counts.recursion++;
    }
    this.#afterFunction = false;
    const { said } = wordsOf(value);
    this.#emit(said, !called ? IDENTIFIER : !this.#defined.has(value) && SYNONYMS.has(value.toLowerCase()) ? said : CALL);
    if (called) this.#inside(said, indent);
  }

  number(tokens: Tokenizer): void {
    const hash = hashOf(tokens.value);
    this.bag('literals').add(hash);
    this.spelled?.set(hash, tokens.value);
    this.#emit(hash, hash);
    if (tokens.value !== '0' && tokens.value !== '1') this.#inside(hash, tokens.indent);
  }

  text(tokens: Tokenizer): void {
    const { value } = tokens;
    if (value.length <= 40 && value.trim() !== '') {
      const hash = hashOf(`"${value}`);
      this.bag('literals').add(hash);
      this.spelled?.set(hash, JSON.stringify(value));
    }
    this.prose(tokens.wordsInside());
    this.#emit(TEXT, TEXT);
  }

  operator(tokens: Tokenizer): void {
    const { counts } = this;
    const { value } = tokens;
    const hash = hashOf(value);
    const count = COUNTED.get(value);
    if (count !== undefined) counts[count]++;
    this.#emit(hash, hash);
    if (value !== '=' && value !== '[') this.#inside(hash, tokens.indent);
  }

  /** Runs of two to four tokens as they are said, and of three to five with every name alike. */
  #emit(said: number, form: number): void {
    const position = ++this.#position;
    const verbatim = this.bag('verbatim');
    const structure = this.bag('structure');
    if (position >= 2) {
      const two = mix(this.#said1, said);
      verbatim.add(two);
      if (position >= 3) {
        const three = mix(this.#said2, two);
        verbatim.add(three);
        const form3 = mix(this.#form2, mix(this.#form1, form));
        structure.add(form3);
        if (position >= 4) {
          verbatim.add(mix(this.#said3, three));
          const form4 = mix(this.#form3, form3);
          structure.add(form4);
          if (position >= 5) structure.add(mix(this.#form4, form4));
        }
      }
    }
    this.#said3 = this.#said2;
    this.#said2 = this.#said1;
    this.#said1 = said;
    this.#form4 = this.#form3;
    this.#form3 = this.#form2;
    this.#form2 = this.#form1;
    this.#form1 = form;
  }

  /** What nests in what, told by indentation, which every language's code has. */
  #control(hash: number, indent: number, loop: boolean): void {
    const nest = this.#nest;
    while (nest.length > 0 && (nest[nest.length - 1] as Nest).indent >= indent) nest.pop();
    const flow = this.bag('flow');
    let path = hash;
    flow.add(path);
    for (let at = nest.length - 1; at >= 0 && at >= nest.length - 3; at--) {
      path = mix((nest[at] as Nest).hash, path);
      flow.add(path);
    }
    const loops = (nest[nest.length - 1]?.loops ?? 0) + (loop ? 1 : 0);
    nest.push({ indent, hash, loops });
    if (loops > this.counts.deepest) this.counts.deepest = loops;
  }

  /** A call, an operator or a number with the count of loops around it. */
  #inside(hash: number, indent: number): void {
    const nest = this.#nest;
    while (nest.length > 0 && (nest[nest.length - 1] as Nest).indent > indent) nest.pop();
    this.bag('flow').add(mix(hash, Math.min(3, nest[nest.length - 1]?.loops ?? 0) + 101));
  }
}

export function sketchOf(text: string, language: string | null, options: { readonly path?: string; readonly spell?: boolean } = {}): Sketch {
  const sketcher = new Sketcher(options.spell === true);
  const tests = language === 'rust' ? text.indexOf('#[cfg(test)]') : -1;
  const tokens = new Tokenizer(tests > 0 ? text.slice(0, tests) : text, language);
  while (tokens.next()) {
    if (tokens.kind === TokenKind.Comment) {
      sketcher.prose(tokens.wordsInside());
      continue;
    }
    sketcher.counts.tokens++;
    if (tokens.kind === TokenKind.Word) sketcher.word(tokens);
    else if (tokens.kind === TokenKind.Number) sketcher.number(tokens);
    else if (tokens.kind === TokenKind.Text) sketcher.text(tokens);
    else sketcher.operator(tokens);
  }
  const { path } = options;
  if (path !== undefined) sketcher.words(path.slice(path.lastIndexOf('/') + 1).replace(/\.\w+$/, ''), 'names');
  return { families: sketcher.bags.map((bag) => bag.finish()), counts: sketcher.counts, spelled: sketcher.spelled ?? NO_WORDS };
}
