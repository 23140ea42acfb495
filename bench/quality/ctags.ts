/**
 * Which share of the definitions that universal-ctags finds are symbols here too, by language and kind of ctags, and
 * which are not. A definition is found when a symbol of that name stands in that file around or beside that line.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { filesOf, spaced } from '../patterns.ts';
import { McpSession, indexFolder } from '../product.ts';
import type { Bench, Report } from '../report.ts';
import { apart, APART } from './ctags-apart.ts';

const FILES_MAX = 600;
const SHOWN = 36;
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
  readonly reason: keyof typeof APART | null;
}

interface Asked extends Tag {
  readonly found: boolean;
}

interface Outline {
  readonly outline: readonly { readonly name: string; readonly startLine: number; readonly endLine: number }[];
}

export async function ctagsSuite(bench: Bench): Promise<Report> {
  const dataDir = join(bench.scratch, 'data');
  await indexFolder(bench.folder, dataDir, ['--name', bench.name]);
  const session = new McpSession(dataDir, bench.scratch);
  const asked: Asked[] = [];
  const outlines = new Map<string, Outline['outline']>();
  try {
    await session.initialize();
    for (const tag of tagsOf(bench.folder)) {
      let outline = outlines.get(tag.path);
      if (outline === undefined) outlines.set(tag.path, (outline = await outlineOf(session, bench.name, tag.path)));
      const found = outline.some(({ name, startLine, endLine }) => name === tag.name && tag.line >= startLine - LINES_APART_MAX && tag.line <= Math.max(endLine, startLine + LINES_APART_MAX));
      asked.push({ ...tag, found });
    }
  } finally {
    await session.close();
  }
  return reportOf(bench.name, outlines.size, asked);
}

function reportOf(corpus: string, files: number, asked: readonly Asked[]): Report {
  const own = asked.filter(({ reason }) => reason === null);
  const missing = own.filter(({ found }) => !found);
  const byLanguage = groups(asked, ({ language }) => language).map(([language, tags]) => {
    const counted = tags.filter(({ reason }) => reason === null);
    return [language, tags.length, tags.length - counted.length, counted.length, ...shares(counted), shares(tags)[1]];
  });
  const byReason = groups(asked.filter(({ reason }) => reason !== null), ({ language, reason }) => `${language}: ${APART[reason as keyof typeof APART]}`)
    .map(([reason, tags]) => [reason, tags.length, ...shares(tags), tags.slice(0, 2).map(({ name, path, line }) => `\`${name}\` ${path}:${line}`).join(', ')]);
  const byKind = groups(own, ({ language, kind }) => `${language} ${kind}`).map(([kind, tags]) => [kind, tags.length, ...shares(tags)]);
  return {
    suite: 'ctags', corpus, raw: { byLanguage, byReason, byKind, missing: missing.slice(0, 500) },
    tables: [
      { title: `Definitions of universal-ctags in ${files} files`, columns: ['language', 'of ctags', 'counted apart', 'definitions', 'found here', 'share', 'share with those apart'], rows: byLanguage },
      { title: 'Counted apart, and why', columns: ['reason', 'of ctags', 'found here', 'share', 'such as'], rows: byReason },
      { title: 'Definitions by kind of ctags', columns: ['kind', 'of ctags', 'found here', 'share'], rows: byKind },
      { title: `Definitions not found here: ${missing.length}`, columns: ['language and kind', 'name', 'where'], rows: spaced(missing, SHOWN).map((tag) => [`${tag.language} ${tag.kind}`, tag.name, `${tag.path}:${tag.line}`]) },
    ],
  };
}

function groups<T>(list: readonly T[], keyOf: (item: T) => string): [string, T[]][] {
  const map = new Map<string, T[]>();
  for (const item of list) {
    const key = keyOf(item);
    const group = map.get(key);
    if (group === undefined) map.set(key, [item]);
    else group.push(item);
  }
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** How many were found, and which share, rounded down. */
function shares(tags: readonly Asked[]): [number, string] {
  const found = tags.filter((tag) => tag.found).length;
  return [found, tags.length === 0 ? '-' : `${Math.floor((found / tags.length) * 1000) / 10} %`];
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
      tags.push({ name: tag.name, path: tag.path, line: tag.line, kind: tag.kind, language, reason: apart({ ...tag, name: tag.name, language }) });
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

/** Empty where the file is not indexed: its definitions then count as not found. */
async function outlineOf(session: McpSession, repository: string, path: string): Promise<Outline['outline']> {
  try {
    return ((await session.call('read_code', { path, view: 'outline', repository })) as unknown as Outline).outline;
  } catch {
    return [];
  }
}
