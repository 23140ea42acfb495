/**
 * Ignore files: the patterns of one file, and the verdict of all of them from the root down to a folder.
 */
import { lstatSync, readFileSync } from 'node:fs';
import { matchesPattern, parsePattern, type Pattern } from './pattern.ts';
import { systemPath } from './names.ts';

/** `in`: a `!` line says so; `out`: an ignore line says so; null: no line says anything. */
export type Verdict = 'in' | 'out' | null;

/** An ignore file larger than this is not one that a person wrote. */
const RULE_FILE_BYTES = 4_194_304;

/** The patterns of one ignore file. The last line that matches decides. */
export class RuleFile {
  /** The folder that paths are relative to, as a prefix of paths: '' or 'a/b/'. */
  readonly base: string;
  readonly #patterns: readonly Pattern[];
  readonly #byName = new Map<string, number[]>();
  readonly #byExtension = new Map<string, number[]>();
  readonly #others: number[] = [];

  constructor(base: string, text: string) {
    this.base = base;
    const content = text.startsWith('\xef\xbb\xbf') ? text.slice(3) : text;
    const patterns: Pattern[] = [];
    for (const line of content.split('\n')) {
      const pattern = parsePattern(line);
      if (pattern === null) continue;
      this.#file(pattern, patterns.length);
      patterns.push(pattern);
    }
    this.#patterns = patterns;
  }

  /** Most lines are plain names or endings: these are looked up by the last part of the path, so that only true globs are tried one by one. */
  #file(pattern: Pattern, index: number): void {
    const { literal, suffix } = pattern;
    if (literal !== null) put(this.#byName, literal.slice(literal.lastIndexOf('/') + 1), index);
    else if (suffix !== null && suffix.lastIndexOf('.') === 0) put(this.#byExtension, suffix, index);
    else this.#others.push(index);
  }

  get isEmpty(): boolean {
    return this.#patterns.length === 0;
  }

  /** Whether a `!` line could match something in or below the folder, given as a prefix such as 'a/b/'. */
  mayForceBelow(folder: string): boolean {
    return this.#patterns.some((pattern) => {
      if (!pattern.negated) return false;
      const under = pattern.under === '' ? this.base : `${this.base}${pattern.under}/`;
      return under.startsWith(folder) || folder.startsWith(under);
    });
  }

  /** `path` is relative to the root and lies below `base`; `name` is its last part. */
  verdict(path: string, name: string, isFolder: boolean): Verdict {
    let best = this.#last(this.#byName.get(name), -1, path, name, isFolder);
    if (this.#byExtension.size > 0) best = this.#last(this.#byExtension.get(name.slice(name.lastIndexOf('.'))), best, path, name, isFolder);
    best = this.#last(this.#others, best, path, name, isFolder);
    return best < 0 ? null : (this.#patterns[best] as Pattern).negated ? 'in' : 'out';
  }

  /** The last of the patterns with these ascending indexes that matches, if it comes after `best`. */
  #last(indexes: readonly number[] | undefined, best: number, path: string, name: string, isFolder: boolean): number {
    if (indexes === undefined) return best;
    for (let i = indexes.length - 1; i >= 0; i--) {
      const index = indexes[i] as number;
      if (index <= best) break;
      const pattern = this.#patterns[index] as Pattern;
      if (pattern.folderOnly && !isFolder) continue;
      if (matchesPattern(pattern, pattern.byName || this.base === '' ? path : path.slice(this.base.length), name)) return index;
    }
    return best;
  }
}

function put(map: Map<string, number[]>, key: string, index: number): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [index]);
  else list.push(index);
}

/** Ignore files of one name from the root down; a deeper file outranks those above it. */
export type RuleChain = readonly RuleFile[];

/** What the deepest file with an opinion says. */
export function verdictOf(chain: RuleChain, path: string, name: string, isFolder: boolean): Verdict {
  for (let i = chain.length - 1; i >= 0; i--) {
    const verdict = (chain[i] as RuleFile).verdict(path, name, isFolder);
    if (verdict !== null) return verdict;
  }
  return null;
}

/** Reads an ignore file; null where there is none, or a link or folder stands in its place. `file` is a byte string. */
export function readRules(file: string, base: string): RuleFile | null {
  try {
    const stat = lstatSync(systemPath(file), { throwIfNoEntry: false });
    if (stat === undefined || !stat.isFile() || stat.size > RULE_FILE_BYTES) return null;
    const bytes = readFileSync(systemPath(file));
    const rules = new RuleFile(base, bytes.toString('latin1'));
    return rules.isEmpty ? null : rules;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES' || code === 'EPERM') return null;
    throw error;
  }
}
