/** Reading the tree for the checkers: which files there are, and their code without comments and strings. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export interface SourceFile {
  /** Relative to the root, with `/`. */
  readonly path: string;
  readonly text: string;
}

const LEFT_OUT = new Set(['node_modules', 'dist', '.git', 'corpora', 'fixtures']);

/** Samples of languages are input of tests, not code of ours. */
const SAMPLE = /^sample\./;

/** Every file under the named folders and of the root itself that ends in one of `endings`, in path order. */
export function sources(root: string, folders: readonly string[], endings: readonly string[]): SourceFile[] {
  const found: SourceFile[] = [];
  const visit = (folder: string, deep: boolean): void => {
    for (const item of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? item.name : `${folder}/${item.name}`;
      if (item.isDirectory() && deep && !LEFT_OUT.has(item.name)) visit(path, true);
      if (item.isFile() && !SAMPLE.test(item.name) && endings.some((ending) => path.endsWith(ending))) {
        found.push({ path, text: readFileSync(join(root, path), 'utf8') });
      }
    }
  };
  for (const folder of folders) {
    if (folder === '') visit('', false);
    else if (existsSync(join(root, folder))) visit(folder, true);
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/**
 * The same text, equally long and with the same line ends, in which comments and the insides of strings and regular
 * expressions are blanks. A small scanner: TypeScript 7 offers no parser to scripts, and the checks need no tree.
 */
export function blanked(text: string): string {
  return blank(text, true);
}

/** The text without its comments; strings stay. */
export function withoutComments(text: string): string {
  return blank(text, false);
}

function blank(text: string, stringsToo: boolean): string {
  let out = '';
  let at = 0;
  const copy = (to: number): void => {
    out += text.slice(at, to);
    at = to;
  };
  const hide = (to: number): void => {
    out += text.slice(at, to).replace(/[^\n]/g, ' ');
    at = to;
  };
  while (at < text.length) {
    const next = nextOf(text, at);
    copy(next);
    if (at >= text.length) break;
    if (text.startsWith('//', at)) hide(lineEnd(text, at));
    else if (text.startsWith('/*', at)) hide(after(text, '*/', at + 2));
    else if (text[at] === '/' && !opensRegex(out)) copy(at + 1);
    else {
      const end = text[at] === '/' ? regexEnd(text, at) : stringEnd(text, at);
      copy(at + 1);
      if (stringsToo) hide(end - 1);
      copy(end);
    }
  }
  return out;
}

const STARTS = /['"`/]/g;

function nextOf(text: string, from: number): number {
  STARTS.lastIndex = from;
  const found = STARTS.exec(text);
  return found === null ? text.length : found.index;
}

function after(text: string, what: string, from: number): number {
  const found = text.indexOf(what, from);
  return found < 0 ? text.length : found + what.length;
}

function lineEnd(text: string, from: number): number {
  const found = text.indexOf('\n', from);
  return found < 0 ? text.length : found;
}

/** A slash after an operator, an opening bracket or `return` opens a regular expression; elsewhere it divides. */
function opensRegex(before: string): boolean {
  const head = before.trimEnd();
  return head === '' || /[(,=:[!&|?{};+\-*%<>~^]$/.test(head) || /\b(return|typeof|case|in|of|yield|await)$/.test(head);
}

function regexEnd(text: string, from: number): number {
  let inClass = false;
  for (let i = from + 1; i < text.length; i++) {
    const char = text[i];
    if (char === '\\') i++;
    else if (char === '[') inClass = true;
    else if (char === ']') inClass = false;
    else if (char === '\n') return i;
    else if (char === '/' && !inClass) return i + 1;
  }
  return text.length;
}

/** The end of the string that opens at `from`; a template's `${...}` may hold strings and templates itself. */
function stringEnd(text: string, from: number): number {
  const quote = text[from];
  for (let i = from + 1; i < text.length; i++) {
    const char = text[i];
    if (char === '\\') i++;
    else if (char === quote) return i + 1;
    else if (quote !== '`' && char === '\n') return i;
    else if (quote === '`' && char === '$' && text[i + 1] === '{') i = holeEnd(text, i + 2) - 1;
  }
  return text.length;
}

function holeEnd(text: string, from: number): number {
  let depth = 1;
  for (let i = from; i < text.length; i++) {
    const char = text[i];
    if (char === '{') depth++;
    else if (char === '}' && --depth === 0) return i + 1;
    else if (char === '`' || char === "'" || char === '"') i = stringEnd(text, i) - 1;
  }
  return text.length;
}

export interface ImportLine {
  readonly specifier: string;
  readonly line: number;
}

/** Everything a file imports or re-exports, type imports and `import()` and worker entries (`new URL`) included. */
export function importsOf(text: string): ImportLine[] {
  const code = withoutComments(text);
  const found: ImportLine[] = [];
  const patterns = [
    /^[ \t]*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"\n]+)['"]/gm,
    /^[ \t]*import\s*['"]([^'"\n]+)['"]/gm,
    /\bimport\(\s*['"]([^'"\n]+)['"]\s*[,)]/g,
    /\bnew URL\(\s*['"](\.[^'"\n]+)['"]/g,
  ];
  for (const pattern of patterns) {
    for (const match of code.matchAll(pattern)) {
      found.push({ specifier: match[1] as string, line: code.slice(0, match.index + match[0].length).split('\n').length });
    }
  }
  return found.sort((a, b) => a.line - b.line);
}
