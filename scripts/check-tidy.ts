/**
 * check-tidy: the habits that a reader would otherwise have to remember. One sentence for each fault.
 */
import { posix } from 'node:path';
import { placeOf } from './floor-table.ts';
import { blanked, importsOf, sources, withoutComments, type SourceFile } from './sources.ts';

const FILE_LINES_MAX = 500;
const FUNCTION_LINES_MAX = 70;

/** Files that node or npm or a thread starts by name, so that no import leads to them. */
const ENTRIES = [/^src\/(bin|mod)\.ts$/, /^web\/main\.ts$/, /\.test\.ts$/, /^(bench|scripts|train|examples)\//, /^test\/fixtures\//];

interface Forbidden {
  readonly pattern: RegExp;
  readonly what: string;
  /** Looked for in comments alone, or everywhere but in tests, or everywhere. */
  readonly where: 'comments' | 'product' | 'all';
}

/** Written in pieces so that this file does not find itself. */
const FORBIDDEN: readonly Forbidden[] = [
  { pattern: new RegExp(`\\b(TO${'DO'}|FIX${'ME'}|X${'XX'})\\b|not ${'implemented'}`), what: 'a note of unfinished work', where: 'comments' },
  { pattern: new RegExp(`(?<![\\w.~@:-])/(${'wo'}rk|${'ro'}ot)/`), what: "a path of somebody's machine", where: 'all' },
  { pattern: new RegExp(`(?<![\\w.~@:-])/${'ho'}me/`), what: "a path of somebody's machine", where: 'product' },
  { pattern: new RegExp(`${'regis'}try\\.[a-z-]+\\.[a-z]+`), what: 'the host of a package registry', where: 'all' },
];

const TEST_SWITCHES = /\b(?:test|it|describe|suite)\.(?:only|todo)\b|\{[^}\n]*\bonly: true/;

export function checkTidy(root: string): string[] {
  const code = sources(root, ['src', 'web', 'test', 'bench', 'scripts', 'train', 'examples'], ['.ts', '.mjs']);
  const prose = sources(root, ['', 'docs', 'src', 'bench', '.ci', 'examples', 'deploy', 'web'], ['.md', '.json', '.scm', '.yml', '.yaml', '.run', 'run', '.html', '.css', '.npmrc']);
  const faults = [...code, ...prose].flatMap((file) => forbiddenFaults(file));
  for (const file of code) faults.push(...sizeFaults(file), ...testFaults(file));
  return [...faults, ...doorFaults(code), ...deadFaults(code)];
}

export function forbiddenFaults(file: SourceFile): string[] {
  if (file.path === 'package-lock.json' && !/"resolved": "http/.test(file.text)) return [];
  const faults: string[] = [];
  const code = /\.(ts|mjs)$/.test(file.path) ? withoutComments(file.text).split('\n') : null;
  file.text.split('\n').forEach((line, index) => {
    const comment = code === null ? line : commentOf(line, code[index] ?? '');
    for (const { pattern, what, where } of FORBIDDEN) {
      if (where === 'product' && file.path.endsWith('.test.ts')) continue;
      // The generated reference quotes examples of queries.
      if (where === 'comments' && file.path.startsWith('docs/reference/')) continue;
      if (pattern.test(where === 'comments' ? comment : line)) faults.push(`${file.path}:${index + 1} holds ${what}: ${line.trim().slice(0, 80)}`);
    }
  });
  return faults;
}

/** What stands in a line and is not code. */
function commentOf(line: string, code: string): string {
  return Array.from(line, (char, at) => (code[at] === char ? ' ' : char)).join('');
}

export function sizeFaults(file: SourceFile): string[] {
  const faults: string[] = [];
  const lines = blanked(file.text).split('\n');
  if (lines.length - 1 > FILE_LINES_MAX) faults.push(`${file.path} has ${lines.length - 1} lines; no file is longer than ${FILE_LINES_MAX}.`);
  lines.forEach((line, index) => {
    if (!opensFunction(line, file.path)) return;
    const indent = /^\s*/.exec(line)?.[0] ?? '';
    let end = index + 1;
    while (end < lines.length && !(lines[end] as string).startsWith(`${indent}}`)) end++;
    const length = end - index + 1;
    if (end < lines.length && length > FUNCTION_LINES_MAX) {
      faults.push(`${file.path}:${index + 1} opens a function of ${length} lines; ${FUNCTION_LINES_MAX} is the most: give its parts names.`);
    }
  });
  return faults;
}

/** Seen by its first line, because the house writes the closing brace under the first letter of the head. */
function opensFunction(line: string, path: string): boolean {
  if (/\}\s*$/.test(line) || /^\s*(if|for|while|switch|catch|return|else|do|try|case)\b/.test(line)) return false;
  if (/^\s*(export\s+)?(default\s+)?(async\s+)?function\b/.test(line)) return true;
  if (/^\s+((static|async|override|readonly|get|set)\s+)*\*?[#\w]+(<[^(]*>)?\(.*(\{|\(|,)\s*$/.test(line)) return /\)\s*(:.*)?\{\s*$/.test(line);
  return !path.endsWith('.test.ts') && /^\s*(export\s+)?const\s.*=>\s*\{\s*$/.test(line);
}

function testFaults(file: SourceFile): string[] {
  if (!file.path.endsWith('.test.ts')) return [];
  const code = withoutComments(file.text);
  const faults: string[] = [];
  if (TEST_SWITCHES.test(code)) faults.push(`${file.path} runs only some of its tests: remove the switch.`);
  // A skip is a fault unless its reason is computed from what the machine has: `{ skip: missing('rg') }`.
  if (/\b(?:test|it|describe|suite)\.skip\b|\bskip: (?:true|['"`])/.test(code)) faults.push(`${file.path} skips a test: assert what holds today instead.`);
  return faults;
}

/** Rooms that no other room enters by one door: `bin.ts` starts the program, and each surface has a door of its own. */
const UNENTERED = new Set(['app', 'surface']);

/** Doors: named exports only, an opening comment, and one for every folder that is entered from outside. */
export function doorFaults(files: readonly SourceFile[]): string[] {
  const faults: string[] = [];
  const product = files.filter((file) => file.path.startsWith('src/'));
  for (const file of product) {
    if (/^export default\b/m.test(file.text)) faults.push(`${file.path} has a default export: name it.`);
    if (!file.path.endsWith('/mod.ts')) continue;
    if (/^export \*/m.test(file.text)) faults.push(`${file.path} exports by star: a door names what it shows.`);
    if (!file.text.startsWith('/**')) faults.push(`${file.path} opens without its question and invariants: begin the door with a comment.`);
  }
  const paths = new Set(files.map((file) => file.path));
  const rooms = new Set(product.filter((file) => file.path.split('/').length > 2).map((file) => file.path.split('/')[1] as string));
  for (const room of rooms) if (!paths.has(`src/${room}/mod.ts`) && !UNENTERED.has(room)) faults.push(`src/${room} has no door: write src/${room}/mod.ts.`);
  return faults;
}

/** Files that nothing leads to, and exports that no other file names. */
export function deadFaults(files: readonly SourceFile[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const reached = new Set<string>();
  const visit = (path: string): void => {
    const file = byPath.get(path);
    if (file === undefined || reached.has(path)) return;
    reached.add(path);
    for (const { specifier } of importsOf(file.text)) {
      if (specifier.startsWith('.')) visit(posix.join(posix.dirname(path), specifier));
    }
    // Threads and child processes are started by the name of their file.
    for (const named of file.text.matchAll(/['"](\.{0,2}[\w./-]+\.ts)['"]/g)) visit(posix.join(posix.dirname(path), named[1] as string));
  };
  for (const file of files) if (ENTRIES.some((entry) => entry.test(file.path))) visit(file.path);
  const faults = files.filter((file) => !reached.has(file.path)).map((file) => `${file.path} is dead: no entry, test or import leads to it.`);
  return [...faults, ...unusedExports(files)];
}

/** Values only: a type that appears in a public signature is part of it, named elsewhere or not. */
const EXPORT = /^export (?:async )?(?:function\*?|const|class|let) ([\w$]+)/gm;

function unusedExports(files: readonly SourceFile[]): string[] {
  const words = new Map(files.map((file) => [file.path, new Set(withoutComments(file.text).match(/[\w$]+/g) ?? [])]));
  const faults: string[] = [];
  for (const file of files) {
    if (placeOf(file.path) === null || file.path.endsWith('.test.ts') || file.path === 'src/mod.ts') continue;
    for (const match of file.text.matchAll(EXPORT)) {
      const name = match[1] as string;
      const used = [...words].some(([path, set]) => path !== file.path && set.has(name));
      if (!used) faults.push(`${file.path} exports ${name}, which no other file names: keep it private or remove it.`);
    }
  }
  return faults;
}
