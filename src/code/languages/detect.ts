/**
 * Which language is a file in? By its whole name, then its longest known ending, then its `#!` line.
 * Called once for every path of a repository: two map lookups, no regular expression, no grammar is loaded.
 */
import type { Language } from './language.ts';
import { LANGUAGES } from './table.ts';

const BY_NAME = new Map<string, Language>();
const BY_FILE = new Map<string, Language>();
const BY_ENDING = new Map<string, Language>();
const BY_INTERPRETER = new Map<string, Language>();

for (const language of LANGUAGES) {
  for (const name of [language.name, ...language.aliases]) addOnce(BY_NAME, name.toLowerCase(), language);
  for (const interpreter of language.interpreters) addOnce(BY_INTERPRETER, interpreter, language);
  for (const glob of language.globs) addOnce(glob.startsWith('*') ? BY_ENDING : BY_FILE, glob.startsWith('*') ? glob.slice(1) : glob, language);
}

/** The first in the table keeps a name that several claim. */
function addOnce(map: Map<string, Language>, key: string, language: Language): void {
  if (!map.has(key)) map.set(key, language);
}

/** The language of a path (with `/`), or null. `firstLine` is looked at only where the name says nothing. */
export function languageOf(path: string, firstLine?: string): Language | null {
  const base = path.slice(path.lastIndexOf('/') + 1);
  const whole = BY_FILE.get(base);
  if (whole !== undefined) return whole;
  for (let dot = base.indexOf('.'); dot !== -1; dot = base.indexOf('.', dot + 1)) {
    const ending = base.slice(dot);
    const found = BY_ENDING.get(ending) ?? BY_ENDING.get(ending.toLowerCase());
    if (found !== undefined) return found;
  }
  return firstLine !== undefined && firstLine.startsWith('#!') ? languageOfInterpreter(firstLine) : null;
}

/** A language by its name or an alias, in any case, or null. */
export function languageNamed(name: string): Language | null {
  return BY_NAME.get(name.toLowerCase()) ?? null;
}

/** `#!/usr/bin/env -S python3.12 -u`: the last word of a path that a language claims, its version cut off. */
function languageOfInterpreter(line: string): Language | null {
  for (const word of line.slice(2).trim().split(/\s+/, 6)) {
    const program = word.slice(word.lastIndexOf('/') + 1);
    const found = BY_INTERPRETER.get(program) ?? BY_INTERPRETER.get(program.replace(/[\d.]+$/, ''));
    if (found !== undefined) return found;
  }
  return null;
}

/** Lines that C never has and C++ headers almost always have. */
const CPP_MARKS = /^[ \t]*(?:namespace\b[^;\n]*\{|namespace\b[^;{\n]*$|template\s*<|class\s+\w[^;=]*[{:]|(?:public|private|protected)\s*:|using\s+(?:namespace\s+)?[\w:]+\s*[;=]|#\s*include\s*<(?:string|vector|memory|map|utility|functional|type_traits|cstd\w+|iostream|algorithm)>)/m;

/**
 * The language that the text shows where the name leaves it open: a header (or a text without a path) with C++ in it.
 * Everything else keeps the language of its name.
 */
export function languageOfText(language: Language, path: string, text: string): Language {
  if (language.name !== 'c' || path.endsWith('.c')) return language;
  return CPP_MARKS.test(text) ? (BY_NAME.get('cpp') ?? language) : language;
}
