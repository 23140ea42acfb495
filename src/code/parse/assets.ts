/** Where the files lie that are read at run time: query files beside the sources, grammars in their own packages. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);

/** The folder with `package.json`, whether this runs from `src/` or from `dist/`. */
function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`no package.json above ${fileURLToPath(import.meta.url)}`);
    folder = parent;
  }
  return folder;
}

const LANGUAGES_FOLDER = join(packageRoot(), 'src', 'code', 'languages');

/** The folder of one language: queries, sample and expected listing. */
function languageFolder(name: string): string {
  return join(LANGUAGES_FOLDER, name);
}

/** The text of a query file; empty where the language has none. */
export function querySource(name: string, file: 'outline.scm' | 'references.scm'): string {
  const path = join(languageFolder(name), file);
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

/** The bytes of a grammar's WebAssembly. Throws where its package is not installed. */
export function grammarBytes(grammar: { readonly package: string; readonly file: string }): Uint8Array {
  // A package may close its inside with `exports`; its package.json is reachable through the folders all the same.
  for (const folder of require.resolve.paths(grammar.package) ?? []) {
    const path = join(folder, grammar.package, grammar.file);
    if (existsSync(path)) return readFileSync(path);
  }
  throw new Error(`The grammar ${grammar.package}/${grammar.file} is not installed.`);
}
