/**
 * Definitions of C, read from the structure tokens as a compiler would read declarations, but without knowing any type:
 * macros may stand anywhere. What cannot be read is stepped over to the next `;` or `}`.
 */
import type { SymbolKind } from '../../../domain/mod.ts';
import type { FoundSymbol } from '../../parse/found.ts';
import { TOKEN, type CLexer, type Keyword } from './c-lexer.ts';

const OPEN_ROUND = 40;
const CLOSE_ROUND = 41;
const STAR = 42;
const COMMA = 44;
const COLON = 58;
const SEMICOLON = 59;
const EQUALS = 61;
const OPEN_SQUARE = 91;
const CLOSE_SQUARE = 93;
const CARET = 94;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
/** Nested types deeper than this come from no programmer. */
const DEEPEST = 200;

const NUMBER_TYPE = /^__(?:[us]|[bl]e)\d+$/;

type Context = 'file' | 'members';

/** One declaration while it is read. Places are indexes into the structure. */
interface Declaration {
  readonly from: number;
  isTypedef: boolean;
  isExtern: boolean;
  /** A type was seen that is no plain name: `int`, `struct a`, a body. */
  hasType: boolean;
  /** Plain names since the start, the last star or the last comma. */
  names: number[];
  /** A star or a comma was seen: no name in `names` is the type. */
  isPastType: boolean;
  /** Names with round brackets after them, which may be functions, macros or attributes. */
  callables: number[];
  /** The name inside `(*name)`. */
  inner: number;
  /** Names that the declaration defines, in order. */
  readonly declared: { readonly place: number; readonly kind: SymbolKind }[];
}

const NO_QUALIFIERS: ReadonlySet<Keyword> = new Set<Keyword>(['const', 'volatile', 'restrict', '__restrict', '__const', 'static', 'inline', '__inline', '__inline__', 'register', '__extension__', '_Noreturn', '_Thread_local', 'auto']);
const WITH_BRACKETS: ReadonlySet<Keyword> = new Set<Keyword>(['__attribute__', '__attribute', '__asm__', '__asm', 'asm', 'typeof', '__typeof__', '__typeof', '__declspec', '_Alignas', '_Static_assert', '_Atomic']);

export function definitionsOfC(lexer: CLexer): FoundSymbol[] {
  const reader = new DeclarationReader(lexer);
  reader.declarations(0, lexer.structureCount, 'file', 0);
  return reader.symbols;
}

class DeclarationReader {
  readonly symbols: FoundSymbol[] = [];
  readonly #lexer: CLexer;
  /** The place of the closing bracket for each opening one; the end where none closes it. */
  readonly #closing: Int32Array;

  constructor(lexer: CLexer) {
    this.#lexer = lexer;
    this.#closing = closingBrackets(lexer);
  }

  #kind(place: number): number {
    return place < this.#lexer.structureCount ? (this.#lexer.kinds[this.#lexer.structure[place] as number] as number) : 0;
  }

  #keyword(place: number): Keyword | null {
    return place < this.#lexer.structureCount ? this.#lexer.keyword(this.#lexer.structure[place] as number) : null;
  }

  #start(place: number): number {
    return this.#lexer.starts[this.#lexer.structure[place] as number] as number;
  }

  #end(place: number): number {
    return this.#lexer.ends[this.#lexer.structure[Math.min(place, this.#lexer.structureCount - 1)] as number] as number;
  }

  #text(place: number): string {
    return this.#lexer.text.slice(this.#start(place), this.#end(place));
  }

  /** Whether a line break lies between a token and the one before it. */
  #opensLine(place: number): boolean {
    if (place === 0) return true;
    const at = this.#lexer.text.lastIndexOf('\n', this.#start(place) - 1);
    return at >= this.#end(place - 1);
  }

  #define(kind: SymbolKind, from: number, to: number, name: number, body: number): void {
    this.symbols.push({
      kind, start: this.#start(from), end: this.#end(to), nameStart: this.#start(name), nameEnd: this.#end(name),
      bodyStart: body < 0 ? -1 : this.#start(body), docStart: -1, docEnd: -1, marked: false, ownerStart: -1, ownerEnd: -1, rank: 1,
    });
  }

  declarations(from: number, to: number, context: Context, depth: number): void {
    let at = from;
    while (at < to) {
      const kind = this.#kind(at);
      if (kind === SEMICOLON || kind === CLOSE_BRACE || kind === CLOSE_ROUND || kind === COMMA) at++;
      else if (this.#keyword(at) === 'extern' && this.#kind(at + 1) === TOKEN.string && this.#kind(at + 2) === OPEN_BRACE) {
        const end = Math.min(this.#closing[at + 2] as number, to);
        if (depth < DEEPEST) this.declarations(at + 3, end, context, depth + 1);
        at = end + 1;
      } else at = Math.max(at + 1, this.#declaration(at, to, context, depth));
    }
  }

  /** Reads one declaration and returns the place after it. */
  #declaration(from: number, to: number, context: Context, depth: number): number {
    const declaration: Declaration = {
      from, isTypedef: false, isExtern: false, hasType: false, names: [], isPastType: false, callables: [], inner: -1, declared: [],
    };
    let at = from;
    while (at < to) {
      const kind = this.#kind(at);
      if (kind === TOKEN.identifier) {
        declaration.names.push(at);
        at++;
      } else if (kind === TOKEN.keyword) at = this.#word(declaration, at, to, depth);
      else if (kind === OPEN_ROUND) {
        const after = this.#rounds(declaration, at, to);
        if (context === 'file' && this.#isWholeMacro(declaration, after, to)) return after;
        at = after;
      } else if (kind === OPEN_SQUARE) at = this.#after(at, to);
      else if (kind === STAR || kind === CARET) {
        declaration.names = [];
        declaration.isPastType = true;
        at++;
      } else if (kind === EQUALS || kind === COLON) {
        if (kind === COLON && context === 'file') return at + 1;
        this.#declare(declaration, context, true);
        at = this.#pastValue(at + 1, to);
      } else if (kind === COMMA) {
        this.#declare(declaration, context, false);
        [declaration.names, declaration.isPastType, declaration.inner, declaration.callables] = [[], true, -1, []];
        at++;
      } else if (kind === SEMICOLON) {
        this.#declare(declaration, context, false);
        this.#emit(declaration, at);
        return at + 1;
      } else if (kind === OPEN_BRACE) {
        const end = Math.min(this.#closing[at] as number, to);
        if (context === 'file') this.#function(declaration, at, end, depth);
        return end + 1;
      } else if (kind === CLOSE_BRACE) {
        this.#emit(declaration, Math.max(from, at - 1));
        return at;
      } else at++;
    }
    this.#emit(declaration, Math.max(from, to - 1));
    return to;
  }

  #word(declaration: Declaration, at: number, to: number, depth: number): number {
    const word = this.#keyword(at) as Keyword;
    if (word === 'struct' || word === 'union' || word === 'enum') return this.#tagged(declaration, word, at, to, depth);
    if (word === 'typedef') declaration.isTypedef = true;
    else if (word === 'extern') declaration.isExtern = true;
    else if (WITH_BRACKETS.has(word)) {
      if (word.startsWith('typeof') || word.startsWith('__typeof') || word === '_Atomic') declaration.hasType = true;
      return this.#kind(at + 1) === OPEN_ROUND ? this.#after(at + 1, to) : at + 1;
    } else if (!NO_QUALIFIERS.has(word)) {
      declaration.hasType = true;
      declaration.names = [];
    }
    return at + 1;
  }

  /** `struct tag {...}`, with attributes and macros anywhere before the brace. */
  #tagged(declaration: Declaration, word: 'struct' | 'union' | 'enum', from: number, to: number, depth: number): number {
    declaration.hasType = true;
    let at = from + 1;
    let tag = -1;
    for (; at < to; at++) {
      const kind = this.#kind(at);
      if (kind === TOKEN.identifier) {
        // `struct tag name`: the second name is declared, unless a brace follows (`struct __packed tag {`).
        if (tag >= 0 && !this.#braceAfterNames(at, to)) break;
        tag = at;
        if (this.#kind(at + 1) === OPEN_ROUND && this.#isAttribute(at)) at = this.#after(at + 1, to) - 1;
      } else if (kind === TOKEN.keyword && WITH_BRACKETS.has(this.#keyword(at) as Keyword) && this.#kind(at + 1) === OPEN_ROUND) at = this.#after(at + 1, to) - 1;
      else break;
    }
    // `enum name : type {`
    let brace = at;
    if (this.#kind(brace) === COLON && word === 'enum') while (brace < to && (this.#kind(brace) === COLON || this.#kind(brace) === TOKEN.identifier || this.#kind(brace) === TOKEN.keyword)) brace++;
    if (this.#kind(brace) !== OPEN_BRACE || brace >= to) {
      declaration.names = [];
      return at;
    }
    const end = Math.min(this.#closing[brace] as number, to);
    if (tag >= 0) this.#define(word, from, end, tag, brace);
    if (depth < DEEPEST) {
      if (word === 'enum') this.#members(brace + 1, end);
      else this.declarations(brace + 1, end, 'members', depth + 1);
    }
    declaration.names = [];
    return end + 1;
  }

  #braceAfterNames(from: number, to: number): boolean {
    let at = from + 1;
    while (at < to && this.#kind(at) === TOKEN.identifier) at++;
    return this.#kind(at) === OPEN_BRACE;
  }

  /** `__init` and the like; not the kernel's types `__u32` and `__le16`. */
  #isAttribute(place: number): boolean {
    const { text } = this.#lexer;
    const start = this.#start(place);
    return text.startsWith('__', start) && !NUMBER_TYPE.test(text.slice(start, this.#end(place)));
  }

  #members(from: number, to: number): void {
    let at = from;
    while (at < to) {
      if (this.#kind(at) !== TOKEN.identifier) {
        at++;
        continue;
      }
      const name = at;
      const end = this.#pastValue(at + 1, to);
      this.#define('enum_member', name, Math.max(name, end - 1), name, -1);
      at = end + 1;
    }
  }

  /** The place of the `,` or `;` that ends a value, brackets stepped over. */
  #pastValue(from: number, to: number): number {
    let at = from;
    while (at < to) {
      const kind = this.#kind(at);
      if (kind === COMMA || kind === SEMICOLON || kind === CLOSE_BRACE) return at;
      at = kind === OPEN_BRACE || kind === OPEN_ROUND || kind === OPEN_SQUARE ? this.#after(at, to) : at + 1;
    }
    return to;
  }

  #after(opening: number, to: number): number {
    return Math.min((this.#closing[opening] as number) + 1, to);
  }

  #rounds(declaration: Declaration, at: number, to: number): number {
    const after = this.#after(at, to);
    const isAfterName = this.#kind(at - 1) === TOKEN.identifier && at > declaration.from;
    // `(*name)(...)`, `(*name[3])`, `(name)(...)`; a name in front of it is then its return type.
    const isDeclarator = this.#kind(at + 1) === STAR || this.#kind(at + 1) === CARET || (!isAfterName && this.#kind(after) === OPEN_ROUND)
      || (declaration.isTypedef && this.#kind(after) === OPEN_ROUND) || (this.#kind(at + 1) === TOKEN.identifier && this.#kind(at + 2) === STAR && this.#kind(after) === OPEN_ROUND);
    if (isDeclarator && declaration.callables.length === 0 && declaration.inner < 0) {
      for (let inside = at + 1; inside < after - 1; inside++) {
        const kind = this.#kind(inside);
        if (kind === OPEN_SQUARE || (kind === OPEN_ROUND && declaration.inner >= 0)) break;
        if (kind === TOKEN.identifier) declaration.inner = inside;
      }
      // The function's own arguments stand behind: `(*name)(int)`.
      if (declaration.inner >= 0) return this.#kind(after) === OPEN_ROUND ? this.#after(after, to) : after;
    }
    if (isAfterName) declaration.callables.push(at - 1);
    return after;
  }

  /** `MODULE_LICENSE("GPL")` or `EXPORT(x)` on lines of their own, without a semicolon. */
  #isWholeMacro(declaration: Declaration, after: number, to: number): boolean {
    if (declaration.callables.length !== 1 || declaration.callables[0] !== declaration.from || after >= to || !this.#opensLine(after)) return false;
    const kind = this.#kind(after);
    return (kind === TOKEN.identifier && this.#kind(after + 1) !== SEMICOLON) || kind === TOKEN.keyword;
  }

  /** Takes the name out of what was gathered since the last comma. */
  #declare(declaration: Declaration, context: Context, hasValue: boolean): void {
    const { inner, callables } = declaration;
    const kind: SymbolKind = declaration.isTypedef ? 'type' : context === 'members' ? 'field' : 'variable';
    if (declaration.isExtern && !hasValue && !declaration.isTypedef) return;
    if (inner >= 0) {
      declaration.declared.push({ place: inner, kind });
      return;
    }
    const name = this.#nameOf(declaration);
    if (name < 0) return;
    // With arguments behind it, it is a function's or a macro's name: a prototype, unless it names a type.
    if (callables.length > 0 && !hasValue) {
      if (declaration.isTypedef) declaration.declared.push({ place: callables.includes(name) ? name : (callables[0] as number), kind });
      else if (!callables.includes(name) && callables.every((callable) => callable !== declaration.from && this.#isAttribute(callable))) declaration.declared.push({ place: name, kind });
      return;
    }
    if (callables.includes(name)) return;
    declaration.declared.push({ place: name, kind });
  }

  /** Of the names in a row, that which is declared: the first that is neither the type nor a word of a macro; -1 for none. */
  #nameOf({ names, hasType, isPastType, isTypedef }: Declaration): number {
    let first = 0;
    if (!hasType && !isPastType) {
      // The type is a plain name: `foo_t x`. Macros may stand before it: `static __init foo_t x`.
      while (first < names.length - 2 && this.#isAttribute(names[first] as number)) first++;
      first++;
    }
    if (first >= names.length) return -1;
    const plain = names.filter((name, index) => index >= first && !this.#isAttribute(name));
    // `typedef struct {...} PACKED name;`, but `int name ALIGNED;`.
    return (isTypedef ? plain[plain.length - 1] : plain[0]) ?? (names[isTypedef ? names.length - 1 : first] as number);
  }

  #emit({ from, declared }: Declaration, to: number): void {
    for (const { place, kind } of declared) this.#define(kind, from, to, place, -1);
  }

  /** A body at file level: the function is the last name with arguments that is no attribute behind the arguments. */
  #function(declaration: Declaration, brace: number, end: number, depth: number): void {
    const { callables, from } = declaration;
    let chosen = -1;
    for (let i = callables.length - 1; i >= 0 && chosen < 0; i--) {
      // Directly behind brackets stands an attribute: `void f(void) __releases(lock)`, but also `__printf(1, 2) f(...)`.
      const place = callables[i] as number;
      const isFirst = i === 0 || (i === 1 && callables[0] === from && this.#isAttribute(from));
      if (isFirst || this.#kind(place - 1) !== CLOSE_ROUND) chosen = place;
    }
    if (chosen < 0) chosen = declaration.inner;
    if (chosen >= 0) {
      this.#define('function', from, end, chosen, brace);
      if (/SYSCALL_DEFINE\d$/.test(this.#text(chosen)) && this.#kind(chosen + 2) === TOKEN.identifier) this.#define('function', from, end, chosen + 2, brace);
    }
    if (depth < DEEPEST) this.#typesInside(brace + 1, end, depth + 1);
  }

  /** Types that a function's body defines. */
  #typesInside(from: number, to: number, depth: number): void {
    for (let at = from; at < to; at++) {
      if (this.#kind(at) !== TOKEN.keyword) continue;
      const word = this.#keyword(at);
      if (word !== 'struct' && word !== 'union' && word !== 'enum') continue;
      if (this.#kind(at + 1) !== OPEN_BRACE && !(this.#kind(at + 1) === TOKEN.identifier && this.#kind(at + 2) === OPEN_BRACE)) continue;
      const ignored: Declaration = { from: at, isTypedef: false, isExtern: false, hasType: false, names: [], isPastType: false, callables: [], inner: -1, declared: [] };
      at = this.#tagged(ignored, word, at, to, depth) - 1;
    }
  }
}

/** Pairs brackets; a closing brace ends every round and square bracket that was left open inside it. */
function closingBrackets({ kinds, structure, structureCount }: CLexer): Int32Array {
  const closing = new Int32Array(structureCount).fill(structureCount);
  const open: number[] = [];
  for (let place = 0; place < structureCount; place++) {
    const kind = kinds[structure[place] as number] as number;
    if (kind === OPEN_ROUND || kind === OPEN_SQUARE || kind === OPEN_BRACE) open.push(place);
    else if (kind === CLOSE_ROUND || kind === CLOSE_SQUARE || kind === CLOSE_BRACE) {
      const opening = kind === CLOSE_ROUND ? OPEN_ROUND : kind === CLOSE_SQUARE ? OPEN_SQUARE : OPEN_BRACE;
      const last = open[open.length - 1];
      if (last === undefined) continue;
      if ((kinds[structure[last] as number] as number) === opening) closing[open.pop() as number] = place;
      else if (kind === CLOSE_BRACE) {
        while (open.length > 0 && kinds[structure[open[open.length - 1] as number] as number] !== OPEN_BRACE) closing[open.pop() as number] = place;
        if (open.length > 0) closing[open.pop() as number] = place;
      }
    }
  }
  return closing;
}
