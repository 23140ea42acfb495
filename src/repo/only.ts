/** A listing that is limited to some paths: what a watcher saw change. */
import { bytesOfText, isPlain } from './names.ts';

/** More paths than this are not named to git one by one. */
const PATHSPECS = 400;

export class OnlyPaths {
  readonly #paths = new Set<string>();
  readonly #folders = new Set<string>(['']);
  /** What git is told to look at; may be more than the paths. */
  readonly pathspecs: readonly string[];

  /** `texts` are paths as `FoundFile.path` has them. */
  constructor(texts: readonly string[]) {
    let nameable = texts.length <= PATHSPECS;
    for (const text of texts) {
      this.#add(bytesOfText(text));
      // %XX may stand for a byte that no argument of a program can hold.
      const raw = bytesOfText(text).replace(/%([89A-F][0-9A-F])/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
      if (raw !== bytesOfText(text)) {
        this.#add(raw);
        if (!isPlain(raw)) nameable = false;
      }
    }
    // Without any path git would list everything.
    this.pathspecs = nameable && texts.length > 0 ? texts : ['.'];
  }

  #add(path: string): void {
    this.#paths.add(path);
    for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) this.#folders.add(path.slice(0, at + 1));
  }

  has(path: string): boolean {
    return this.#paths.has(path);
  }

  /** Whether one of the paths lies below the folder ('' or 'a/b/'). */
  leadsTo(folder: string): boolean {
    return this.#folders.has(folder);
  }

  /** Where files of this name would be that speak about the paths. */
  beside(name: string): string[] {
    return [...this.#folders].map((folder) => folder + name);
  }
}
