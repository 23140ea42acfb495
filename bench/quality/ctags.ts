/**
 * Which share of the definitions that universal-ctags finds are symbols here too, by language and kind of ctags, and
 * which are not. A definition is found when a symbol of that name stands in that file around or beside that line.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { filesOf, spaced } from '../patterns.ts';
import { McpSession, indexFolder } from '../product.ts';
import type { Bench, Report } from '../report.ts';

const FILES_MAX = 600;
const SHOWN = 12;
/** ctags counts from the name, we from the head of the definition; attributes and return types may stand between. */
const LINES_APART_MAX = 3;

/** Kinds of ctags that define something of the file's own; prototypes, imports and parameters do not. */
const LANGUAGES: Readonly<Record<string, { readonly files: RegExp; readonly kinds: ReadonlySet<string> }>> = {
  C: { files: /\.[ch]$/, kinds: new Set(['function', 'struct', 'union', 'enum', 'enumerator', 'typedef', 'macro', 'member', 'variable']) },
  Go: { files: /\.go$/, kinds: new Set(['func', 'const', 'type', 'var', 'struct', 'interface', 'member', 'methodSpec']) },
  Python: { files: /\.py$/, kinds: new Set(['class', 'function', 'member', 'variable']) },
  Java: { files: /\.java$/, kinds: new Set(['class', 'interface', 'method', 'field', 'enum', 'enumConstant', 'annotation']) },
  Ruby: { files: /\.rb$/, kinds: new Set(['class', 'module', 'method', 'singletonMethod', 'constant', 'alias', 'accessor']) },
  TypeScript: { files: /\.tsx?$/, kinds: new Set(['class', 'interface', 'function', 'method', 'property', 'enum', 'enumerator', 'alias', 'namespace', 'constant', 'variable', 'generator']) },
};

interface Tag {
  readonly name: string;
  readonly path: string;
  readonly line: number;
  readonly kind: string;
  readonly language: string;
  /** Inside a function, or taken for a name by mistake: see `isDoubtful`. */
  readonly doubtful: boolean;
}

const RESERVED = new Set(['this', 'true', 'false', 'null', 'infer', 'instanceof', 'satisfies', 'extends', 'typeof', 'keyof', 'return', 'if', 'else', 'for', 'while', 'new', 'function', 'string', 'number', 'boolean']);

interface Outline {
  readonly outline: readonly { readonly name: string; readonly startLine: number; readonly endLine: number }[];
}

export async function ctagsSuite(bench: Bench): Promise<Report> {
  const dataDir = join(bench.scratch, 'data');
  await indexFolder(bench.folder, dataDir, ['--name', bench.name]);
  const session = new McpSession(dataDir, bench.scratch);
  const counts = new Map<string, { found: number; all: number }>();
  const missing: Tag[] = [];
  const outlines = new Map<string, Outline['outline']>();
  try {
    await session.initialize();
    for (const tag of tagsOf(bench.folder)) {
      let outline = outlines.get(tag.path);
      if (outline === undefined) outlines.set(tag.path, (outline = await outlineOf(session, bench.name, tag.path)));
      const found = outline.some(({ name, startLine, endLine }) => name === tag.name && tag.line >= startLine - LINES_APART_MAX && tag.line <= Math.max(endLine, startLine + LINES_APART_MAX));
      if (!found) missing.push(tag);
      for (const key of [`${tag.language} all`, ...(tag.doubtful ? [] : [`${tag.language} all but doubtful`]), `${tag.language} ${tag.kind}`]) {
        const count = counts.get(key) ?? { found: 0, all: 0 };
        counts.set(key, { found: count.found + (found ? 1 : 0), all: count.all + 1 });
      }
    }
  } finally {
    await session.close();
  }
  const rows = [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, { found, all }]) => [key, all, found, `${Math.floor((found / all) * 1000) / 10} %`]);
  return {
    suite: 'ctags', corpus: bench.name, raw: { rows, missing: missing.slice(0, 500) },
    tables: [
      { title: `Definitions of universal-ctags in ${outlines.size} files`, columns: ['language and kind', 'of ctags', 'found here', 'share'], rows },
      { title: `Not found here: ${missing.length}`, columns: ['language and kind', 'name', 'where'], rows: spaced(missing, SHOWN * 3).map((tag) => [`${tag.language} ${tag.kind}`, tag.name, `${tag.path}:${tag.line}`]) },
    ],
  };
}

function tagsOf(folder: string): Tag[] {
  const tags: Tag[] = [];
  const all = filesOf(folder);
  for (const [language, { files, kinds }] of Object.entries(LANGUAGES)) {
    const wanted = spaced(all.filter((path) => files.test(path)), FILES_MAX);
    if (wanted.length === 0) continue;
    const result = spawnSync('ctags', ['--output-format=json', '--fields=+nKzls', '--sort=no', `--languages=${language}`, '-L', '-', '-f', '-'], {
      cwd: folder, input: wanted.join('\n'), encoding: 'utf8', maxBuffer: 2 ** 29,
    });
    if (result.status !== 0) throw new Error(`ctags failed: ${result.stderr}`);
    for (const line of result.stdout.split('\n')) {
      if (!line.startsWith('{')) continue;
      const tag = JSON.parse(line) as CtagsLine;
      if (tag.name === undefined || !kinds.has(tag.kind) || tag.name.startsWith('__anon')) continue;
      tags.push({ name: tag.name, path: tag.path, line: tag.line, kind: tag.kind, language, doubtful: isDoubtful({ ...tag, name: tag.name, language }) });
    }
  }
  return tags;
}

interface CtagsLine {
  readonly name?: string;
  readonly path: string;
  readonly line: number;
  readonly kind: string;
  readonly pattern?: string;
  readonly scopeKind?: string;
}

/**
 * Locals of a function, reserved words, and, in TypeScript, names that the line does not declare: ctags takes the word
 * after a comment (`= PURE make()`) or a line break inside an expression for a declared name.
 */
function isDoubtful(tag: CtagsLine & { readonly name: string; readonly language: string }): boolean {
  if (RESERVED.has(tag.name) || /^(function|method|func|generator)$/.test(tag.scopeKind ?? '')) return true;
  if (tag.language !== 'TypeScript' || !/^(constant|variable|alias)$/.test(tag.kind)) return false;
  const declared = /\b(?:const|let|var|type|using)\s+([{[]|[\w$]+)/.exec(tag.pattern ?? '')?.[1];
  return declared !== tag.name && declared !== '{' && declared !== '[';
}

/** Empty where the file is not indexed: its definitions then count as not found. */
async function outlineOf(session: McpSession, repository: string, path: string): Promise<Outline['outline']> {
  try {
    return ((await session.call('read_code', { path, view: 'outline', repository })) as unknown as Outline).outline;
  } catch {
    return [];
  }
}
