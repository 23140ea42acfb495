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

  /** `paths` are the byte strings of the `.codeindexignore` files; `base` is the root with a slash at its end. */
  constructor(base: string, paths: readonly string[]) {
    for (const path of paths) {
      const folder = path.slice(0, path.length - OWN_FILE.length);
      const rules = readRules(base + path, folder);
      if (rules !== null) this.#files.set(folder, rules);
    }
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
