import type { Answer, Match, Result } from '../../domain/mod.ts';
import type { SymbolResult } from '../../search/mod.ts';
import { branchesOf, coverageSentence, elsewhereSentence, freshnessSentence, nearbySentence, noneSentence, pathText, plural, seconds } from '../../service/mod.ts';
import { tame, type Paint, type Terminal } from './terminal.ts';

/** Lines of a chunk shown under its heading, more of the first; the place says where the rest is. */
const LINES_OF_FIRST = 20;
const LINES_OF_CHUNK = 8;

/** Grep-like: `path:line: text`, grouped by file, and a last line with totals, coverage, freshness and time. */
export function searchLines(answer: Answer, paint: Paint, terminal: Pick<Terminal, 'quiet'>): readonly string[] {
  const lines: string[] = [];
  const nearby = nearbySentence(answer);
  if (nearby !== '' && !terminal.quiet) lines.push(paint.dim(nearby), '');
  const prefix = answer.coverage.repositories.length > 1;
  const branches = branchesOf(answer.results);
  let file = '';
  let lastLine = 0;
  let single = false;
  for (const result of answer.results) {
    const place = pathText(`${prefix ? `${result.repository}/` : ''}${result.path}`) + (branches.has(result.repository) ? `@${result.branch ?? 'detached'}` : '');
    const here = place;
    const wasSingle = single;
    single = result.kind === 'line' && result.endLine === result.startLine;
    // Lines without context stand together, as grep writes them; what is longer is set apart.
    if (file !== '' && (here !== file || result.kind !== 'line') && !(single && wasSingle)) lines.push('');
    else if (here === file && result.endLine > result.startLine && result.startLine > lastLine + 1) lines.push(paint.dim('--'));
    file = here;
    lastLine = result.endLine;
    lines.push(...(result.kind === 'line' ? lineLines(result, place, paint) : blockLines(result, place, paint, result === answer.results[0] ? LINES_OF_FIRST : LINES_OF_CHUNK)));
  }
  if (terminal.quiet) return lines;
  if (lines.length > 0) lines.push('');
  lines.push(paint.dim(totals(answer)));
  for (const note of answer.notes) lines.push(paint.dim(note));
  if (answer.nextCursor !== null) lines.push(paint.dim(`next page: --cursor ${answer.nextCursor}`));
  return lines;
}

function lineLines(result: Result, place: string, paint: Paint): readonly string[] {
  const matched = new Set(result.matches.map((one) => one.line));
  return numbered(result).map(({ line, text }) => {
    const isMatch = matched.size === 0 || matched.has(line);
    const separator = paint.dim(isMatch ? ':' : '-');
    return `${paint.path(place)}${separator}${paint.line(String(line))}${separator} ${highlight(text, line, result.matches, paint)}${isMatch ? lineEdge(result, paint) : ''}${line === result.endLine ? staleMark(result, paint) : ''}`;
  });
}

function blockLines(result: Result, place: string, paint: Paint, most: number): readonly string[] {
  const head = `${paint.path(place)}${paint.dim(':')}${paint.line(String(result.startLine))}${result.endLine > result.startLine ? paint.dim(`-${result.endLine}`) : ''}`;
  const all = numbered(result);
  const firstMatch = result.matches.length === 0 ? result.startLine : Math.min(...result.matches.map((one) => one.line));
  const from = Math.max(0, Math.min(all.findIndex(({ line }) => line >= firstMatch) - 1, all.length - most));
  const shown = all.slice(from, from + most);
  const width = String(shown.at(-1)?.line ?? 0).length;
  const also = elsewhereSentence(result);
  return [
    `${head}${symbolText(result, paint)}${edgeText(result, paint)}${staleMark(result, paint)}`,
    ...(also === '' ? [] : [paint.dim(`  ${also}`)]),
    ...shown.map(({ line, text }) => `  ${paint.line(String(line).padStart(width))}${paint.dim(':')} ${highlight(text, line, result.matches, paint)}`),
  ];
}

function symbolText(result: Result, paint: Paint): string {
  if (result.symbol === null) return '';
  const { kind, container, name } = result.symbol;
  return `  ${paint.dim(kind)} ${paint.bold(container === null ? name : `${container}.${name}`)}`;
}

/** For references: how the edge is known. */
function edgeText(result: Result, paint: Paint): string {
  const { relation, tier, method } = result as Partial<SymbolResult>;
  if (relation === undefined || relation === 'definition') return '';
  return `  ${relation} ${paint.dim(`${tier}: ${method}`)}`;
}

/** The same behind a line, with who calls. */
function lineEdge(result: Result, paint: Paint): string {
  const edge = edgeText(result, paint);
  // The symbol of a callee without a definition is what is called, not where.
  if ((result as Partial<SymbolResult>).relation === 'callee') return edge;
  const who = result.symbol === null ? '' : ` ${result.symbol.container === null ? '' : `${result.symbol.container}.`}${result.symbol.name}`;
  return edge === '' ? '' : `${edge}${paint.dim(who === '' ? '' : `, in${who}`)}`;
}

function staleMark(result: Result, paint: Paint): string {
  return result.freshness === 'fresh' ? '' : `  ${paint.dim(`(${result.freshness})`)}`;
}

/** The lines of the snippet, which begins at `startLine`. */
export function numbered(result: Pick<Result, 'snippet' | 'startLine'>): readonly { readonly line: number; readonly text: string }[] {
  const texts = result.snippet.replace(/\r?\n$/, '').split(/\r?\n/);
  return texts.map((text, index) => ({ line: result.startLine + index, text }));
}

function highlight(text: string, line: number, matches: readonly Match[], paint: Paint): string {
  let out = '';
  let at = 0;
  for (const match of matches) {
    const start = match.column - 1;
    if (match.line !== line || start < at || start >= text.length) continue;
    out += tame(text.slice(at, start)) + paint.match(tame(text.slice(start, start + match.length)));
    at = start + match.length;
  }
  return out + tame(text.slice(at));
}

function totals(answer: Answer): string {
  const { total, results } = answer;
  const count = total.exact ? plural(total.value, 'result') : `at least ${plural(total.value, 'result')}`;
  const shown = results.length < total.value ? `, ${results.length.toLocaleString('en-US')} shown` : '';
  const parts = [`${total.value === 0 && total.exact ? noneSentence(answer.coverage) : count}${shown}`, coverageSentence(answer.coverage), freshnessSentence(answer.freshness), seconds(answer.tookMs)];
  return parts.filter((part) => part !== '').join(' · ');
}
