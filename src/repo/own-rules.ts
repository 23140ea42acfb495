/**
 * `.codeindexignore`: what a person leaves out of the index, or forces into it, beside what git ignores. The syntax is
 * that of `.gitignore`; unlike there, a `!` line also reaches below a folder that an earlier line leaves out.
 */
import { RuleFile, readRules, verdictOf, type RuleChain, type Verdict } from './rules.ts';

export const OWN_FILE = '.codeindexignore';

/** All `.codeindexignore` files of a root that are known before a listing is judged. */
export class OwnRules {
  readonly #files = new Map<string, RuleFile>();
  readonly #folders = new Map<string, { readonly chain: RuleChain; readonly verdict: Verdict }>();

  constructor(files: readonly RuleFile[]) {
    for (const rules of files) this.#files.set(rules.base, rules);
  }

  /** `paths` are the byte strings of the `.codeindexignore` files; `base` is the root with a slash at its end. */
  static read(base: string, paths: readonly string[]): OwnRules {
    return new OwnRules(paths.map((path) => readRules(base + path, folderOf(path))).filter((rules) => rules !== null));
  }

  get isEmpty(): boolean {
    return this.#files.size === 0;
  }

  /** Whether any `!` line could match at or below the folder ('' or 'a/b/'). */
  mayForceBelow(folder: string): boolean {
    for (const rules of this.#files.values()) {
      if ((rules.base.startsWith(folder) || folder.startsWith(rules.base)) && rules.mayForceBelow(folder)) return true;
    }
    return false;
  }

  verdict(path: string): Verdict {
    const at = path.lastIndexOf('/') + 1;
    const around = this.#folder(path.slice(0, at));
    return verdictOf(around.chain, path, path.slice(at), false) ?? around.verdict;
  }

  #folder(folder: string): { readonly chain: RuleChain; readonly verdict: Verdict } {
    const known = this.#folders.get(folder);
    if (known !== undefined) return known;
    const own = this.#files.get(folder);
    let chain: RuleChain = [];
    let verdict: Verdict = null;
    if (folder !== '') {
      const at = folder.lastIndexOf('/', folder.length - 2) + 1;
      const above = this.#folder(folder.slice(0, at));
      chain = above.chain;
      verdict = verdictOf(chain, folder.slice(0, -1), folder.slice(at, -1), true) ?? above.verdict;
    }
    const answer = { chain: own === undefined ? chain : [...chain, own], verdict };
    this.#folders.set(folder, answer);
    return answer;
  }
}

/** The same for files whose text is at hand, as a test for paths. */
export function ownVerdicts(files: readonly { readonly path: string; readonly text: string }[]): (path: string) => Verdict {
  const own = new OwnRules(files.map(({ path, text }) => new RuleFile(folderOf(path), text)));
  return (path) => own.verdict(path);
}

function folderOf(path: string): string {
  return path.slice(0, path.length - OWN_FILE.length);
}
