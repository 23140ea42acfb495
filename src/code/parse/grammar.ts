/**
 * One loaded grammar with its joined query, run without building a node object for each capture.
 *
 * web-tree-sitter makes an object with two points for every captured node, which costs as much as parsing. Its compiled
 * half writes all matches as integers into one buffer; that buffer is read here directly. The layout (pattern, number of
 * captures, then per capture its index and five integers of a node) is that of web-tree-sitter's own
 * `unmarshalCaptures`; a test compares both readings, so an upgrade that changes it cannot pass.
 */
import { Language as TreeSitterLanguage, Parser, Query, type Tree } from 'web-tree-sitter';
import { LIMITS, asCodeIndexError } from '../../base/mod.ts';
import type { Language } from '../languages/language.ts';
import { grammarBytes, querySource } from './assets.ts';
import { warmUp } from './warm-up.ts';

/** The parts of the compiled module that are used here; `Parser.init` fills in the object that it is given. */
interface Wasm {
  HEAP32: Int32Array;
  currentQueryProgressCallback: ((state: { currentOffset: number }) => boolean) | null;
  _ts_init(): number;
  _free(address: number): void;
  _ts_tree_root_node_wasm(tree: number): void;
  _ts_node_end_index_wasm(tree: number): number;
  _ts_query_matches_wasm(query: number, tree: number, ...limits: number[]): void;
}

/** The parser's memory is broken: the thread that meets this must be replaced. */
export class ParserCrash extends Error {
  constructor(path: string, cause: unknown) {
    super(`The parser crashed in ${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = 'ParserCrash';
  }
}

/** One match: which pattern, and captures as (capture index, start, end) triples in `data[from, to)`. */
export type MatchVisitor = (pattern: number, data: Int32Array, from: number, to: number) => void;

export type RunResult = 'done' | 'timeout';

const INTS_OF_NODE = 5;
/**
 * Text handed over at a time. Whenever a lexer goes back, the runtime asks anew from there and copies all that it is
 * given; whole texts (5,000 units are copied then) made Scala three times as slow as this.
 */
const INPUT_UNITS = 256;
const UNLIMITED = 0xffffffff;
/** Matches that may be unfinished at once; more only happens in generated nests, where the outermost can be lost. */
const MATCH_LIMIT = 4_096;

let wasm: Wasm | null = null;
let transfer = 0;

/** Loads the runtime once per thread. */
export async function openRuntime(): Promise<Parser> {
  if (wasm === null) {
    const module = {} as Wasm;
    await Parser.init(module as object);
    transfer = module._ts_init();
    await warmUp();
    wasm = module;
  }
  return new Parser();
}

/** Bytes of WebAssembly memory held by this thread; it never shrinks. */
export function runtimeBytes(): number {
  return wasm === null ? 0 : wasm.HEAP32.byteLength;
}

type Predicate = (captures: readonly { name: string; node: { text: string } }[]) => boolean;

export class Grammar {
  readonly captureNames: readonly string[];
  /** Patterns from this one on come from `references.scm`. */
  readonly firstReference: number;
  readonly #language: TreeSitterLanguage;
  readonly #query: Query;
  readonly #predicates: readonly (readonly Predicate[])[];
  /** Captures of the match in hand, ends filled in. Grows to the largest match. */
  #triples: Int32Array = new Int32Array(96);

  private constructor(language: TreeSitterLanguage, query: Query, firstReference: number) {
    this.#language = language;
    this.#query = query;
    this.captureNames = query.captureNames;
    this.firstReference = firstReference;
    this.#predicates = (query as unknown as { textPredicates: Predicate[][] }).textPredicates;
  }

  /** Throws `CodeIndexError('internal')` where a package is missing or a query does not fit its grammar. */
  static async load(language: Language): Promise<Grammar> {
    if (language.grammar === null) throw new TypeError(`${language.name} has no grammar`);
    try {
      const grammar = await TreeSitterLanguage.load(grammarBytes(language.grammar));
      const names = language.base === undefined ? [language.name] : [language.name, language.base];
      const outline = names.map((name) => querySource(name, 'outline.scm')).join('\n');
      const references = names.map((name) => querySource(name, 'references.scm')).join('\n');
      const comments = language.comments.length === 0 ? '' : `[${language.comments.map((type) => `(${type})`).join(' ')}] @comment`;
      const query = new Query(grammar, `${comments}\n${outline}\n${references}`);
      const split = Buffer.byteLength(`${comments}\n${outline}\n`);
      let firstReference = query.patternCount();
      while (firstReference > 0 && query.startIndexForPattern(firstReference - 1) >= split) firstReference--;
      return new Grammar(grammar, query, firstReference);
    } catch (thrown) {
      throw asCodeIndexError(thrown, `Loading the grammar of ${language.name}`);
    }
  }

  /** Parses `text` and hands every match to `visit`. `deadline` is a `performance.now()` value. */
  run(parser: Parser, path: string, text: string, deadline: number, visit: MatchVisitor): RunResult {
    const late = (): boolean => performance.now() > deadline;
    let tree: Tree | null = null;
    try {
      parser.setLanguage(this.#language);
      tree = parser.parse((at) => text.slice(at, at + INPUT_UNITS), null, { progressCallback: late });
      if (tree === null) {
        parser.reset();
        return 'timeout';
      }
      return this.#matches(tree, text, late, visit);
    } catch (thrown) {
      if (thrown instanceof Error && (thrown.name === 'RuntimeError' || thrown instanceof RangeError)) throw new ParserCrash(path, thrown);
      throw thrown;
    } finally {
      tree?.delete();
    }
  }

  #matches(tree: Tree, text: string, late: () => boolean, visit: MatchVisitor): RunResult {
    const module = wasm as Wasm;
    const treeAddress = (tree as unknown as number[])[0] as number;
    const queryAddress = (this.#query as unknown as number[])[0] as number;
    let timedOut = false;
    module.currentQueryProgressCallback = () => (timedOut = late());
    module._ts_tree_root_node_wasm(treeAddress);
    module._ts_query_matches_wasm(queryAddress, treeAddress, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, MATCH_LIMIT, UNLIMITED);
    module.currentQueryProgressCallback = null;
    const heap = module.HEAP32;
    const count = heap[transfer >> 2] as number;
    const buffer = heap[(transfer >> 2) + 1] as number;
    if (!timedOut) this.#read(heap, count, buffer >>> 2, treeAddress, text, visit);
    module._free(buffer);
    return timedOut ? 'timeout' : 'done';
  }

  #read(heap: Int32Array, count: number, from: number, tree: number, text: string, visit: MatchVisitor): void {
    const module = wasm as Wasm;
    const node = transfer >> 2;
    let at = from;
    for (let match = 0; match < count; match++) {
      const pattern = heap[at++] as number;
      const captures = heap[at++] as number;
      if (captures * 3 > this.#triples.length) this.#triples = new Int32Array(captures * 6);
      const triples = this.#triples;
      for (let i = 0, to = 0; i < captures; i++) {
        triples[to++] = heap[at++] as number;
        triples[to++] = heap[at + 1] as number;
        heap[node] = heap[at] as number;
        heap[node + 1] = heap[at + 1] as number;
        heap[node + 2] = heap[at + 2] as number;
        heap[node + 3] = heap[at + 3] as number;
        heap[node + 4] = heap[at + 4] as number;
        triples[to++] = module._ts_node_end_index_wasm(tree);
        at += INTS_OF_NODE;
      }
      if (this.#holds(pattern, triples, captures, text)) visit(pattern, triples, 0, captures * 3);
    }
  }

  #holds(pattern: number, triples: Int32Array, captures: number, text: string): boolean {
    const predicates = this.#predicates[pattern] as readonly Predicate[];
    if (predicates.length === 0) return true;
    const views: { name: string; node: { text: string } }[] = [];
    for (let i = 0; i < captures * 3; i += 3) {
      const start = triples[i + 1] as number;
      const end = triples[i + 2] as number;
      views.push({ name: this.captureNames[triples[i] as number] as string, node: { text: text.slice(start, end) } });
    }
    return predicates.every((holds) => holds(views));
  }
}

/** The moment after which a parse that starts now is given up. */
export function parseDeadline(): number {
  return performance.now() + LIMITS.parseMillis;
}
