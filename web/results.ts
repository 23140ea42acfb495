/** Results as code, grouped by file, with what matched marked and why each is there. */
import { Code } from './code.ts';
import { append, count, counted, h, type Child } from './dom.ts';
import { link } from './link.ts';
import type { FilePlace, Lines } from './place.ts';
import type { Match, Result } from './types.ts';

/** A longer result is shown by its first lines and those around its matches, with a way to the rest. */
const SHOWN_LINES = 14;
const ROWS_OF_FILE = 8;

/** Elements of files with their hits, in order of each file's first hit. */
export function drawResults(results: readonly Result[]): readonly HTMLElement[] {
  const groups = new Map<string, Result[]>();
  for (const result of results) {
    const key = [result.repository, result.branch ?? '', result.path].join('\0');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [result]);
    else group.push(result);
  }
  return [...groups.values()].map(drawFile);
}

function drawFile(results: Result[]): HTMLElement {
  const first = results[0] as Result;
  const slash = first.path.lastIndexOf('/') + 1;
  const heading = h('h2', { class: 'file-name' },
    link(placeOf(first, null), { class: 'path' }, h('span', { class: 'folder' }, first.path.slice(0, slash)), h('span', { class: 'base' }, first.path.slice(slash))));
  const head = h('header', { class: 'file-head' }, heading, h('span', { class: 'repository' }, first.repository, first.branch === null ? null : h('span', { class: 'branch' }, ` ${first.branch}`)),
    freshnessBadge(first.freshness), h('span', { class: 'language' }, first.language));
  const section = h('section', { class: 'file', 'aria-label': `${first.path} in ${first.repository}` }, head);
  const lines = results.filter(({ kind }) => kind === 'line').sort((a, b) => a.startLine - b.startLine);
  if (lines.length > 0) section.append(...drawRows(lines));
  for (const result of results) if (result.kind !== 'line') section.append(drawHit(result));
  section.append(...alsoAt(results));
  return section;
}

export function freshnessBadge(freshness: Result['freshness'] | null): HTMLElement | null {
  if (freshness === 'edited') return h('span', { class: 'badge', title: 'An edit that is not committed yet; it is indexed.' }, 'edited');
  if (freshness === 'stale') return h('span', { class: 'badge warn', title: 'The file changed after it was indexed; what is shown is what was indexed.' }, 'changed since');
  return null;
}

export function placeOf({ repository, path, branch }: { repository: string; path: string; branch: string | null }, lines: Lines | null): FilePlace {
  return { view: 'file', repository, path, branch, lines };
}

/** Hits of one line each: rows of one block. */
function drawRows(results: readonly Result[]): readonly HTMLElement[] {
  const block = h('div', { class: 'code rows', role: 'list' });
  const rest: HTMLElement[] = [];
  let last = '';
  results.forEach((result, index) => {
    const code = new Code(result.snippet, result.language, result.startLine);
    const around = result.symbol === null ? '' : qualified(result.symbol);
    const rows = drawLines(code, result, [code.firstLine, code.lastLine]);
    const row = h('div', { class: 'hit row-hit', role: 'listitem' }, ...rows, around === '' || around === last ? null : h('span', { class: 'around', title: `in ${around}` }, around));
    asTarget(row.querySelector('a'), result);
    last = around;
    if (index < ROWS_OF_FILE) block.append(row);
    else rest.push(row);
  });
  if (rest.length === 0) return [block];
  const more = h('button', { type: 'button', class: 'more-lines', onclick: () => {
    block.append(...rest);
    more.remove();
    rest[0]?.querySelector('a')?.focus();
  } }, `${counted(rest.length, 'more line')} in this file`);
  return [block, more];
}

/** The link that the keyboard stops at. */
function asTarget(anchor: HTMLAnchorElement | null, result: Result): void {
  if (anchor === null) return;
  anchor.classList.add('target');
  anchor.removeAttribute('tabindex');
  anchor.setAttribute('aria-label', `${result.path} line ${result.startLine}`);
}

function drawHit(result: Result): HTMLElement {
  const lines = { start: result.startLine, end: result.endLine };
  const title: Child[] = result.symbol === null
    ? [h('span', { class: 'range' }, rangeText(lines))]
    : [h('span', { class: 'kind' }, result.symbol.kind.replaceAll('_', ' ')), ' ', h('span', { class: 'symbol' }, qualified(result.symbol)), ' ', h('span', { class: 'range' }, rangeText(lines))];
  const code = new Code(result.snippet, result.language, result.startLine);
  return h('article', { class: 'hit' },
    h('div', { class: 'hit-head' },
      h('h3', {}, link(placeOf(result, lines), { class: 'target' }, ...title)),
      whyBox(result.why)),
    result.snippet === '' ? null : drawSnippet(code, result));
}

/** The two strongest reasons; the others when asked. */
function whyBox(why: readonly string[]): HTMLElement | null {
  if (why.length === 0) return null;
  const plain = why.map((reason) => reason.replace(/ [+-]\d+(?:\.\d+)?$/, ''));
  if (why.length <= 2) return h('p', { class: 'why' }, h('span', { class: 'hidden' }, 'Why: '), plain.join(' · '));
  return h('details', { class: 'why' }, h('summary', {}, h('span', { class: 'hidden' }, 'Why: '), plain.slice(0, 2).join(' · ')), h('ul', {}, ...why.map((reason) => h('li', {}, reason))));
}

function qualified(symbol: { readonly name: string; readonly container: string | null }): string {
  return symbol.container === null ? symbol.name : `${symbol.container}.${symbol.name}`;
}

function rangeText({ start, end }: Lines): string {
  return start === end ? `line ${start}` : `lines ${start}–${end}`;
}

function drawSnippet(code: Code, result: Result): HTMLElement {
  const block = h('div', { class: 'code' });
  const all = code.lastLine - code.firstLine + 1;
  if (all <= SHOWN_LINES + 2) {
    append(block, drawLines(code, result, [code.firstLine, code.lastLine]));
    return block;
  }
  let before = code.firstLine - 1;
  for (const [from, to] of shownRanges(code, result.matches)) {
    if (from > before + 1) block.append(gap(from - before - 1));
    append(block, drawLines(code, result, [from, to]));
    before = to;
  }
  if (before < code.lastLine) block.append(gap(code.lastLine - before));
  return block;

  function gap(lines: number): HTMLElement {
    return h('button', { type: 'button', class: 'gap', 'aria-label': `Show ${counted(lines, 'more line')}`, onclick: () => block.replaceChildren(...drawLines(code, result, [code.firstLine, code.lastLine])) }, `⋯ ${counted(lines, 'line')}`);
  }
}

/** The head and the lines around matches, as many as fit. */
function shownRanges(code: Code, matches: readonly Match[]): readonly (readonly [number, number])[] {
  const wanted = new Set<number>();
  const add = (line: number): void => {
    if (line >= code.firstLine && line <= code.lastLine && wanted.size < SHOWN_LINES) wanted.add(line);
  };
  add(code.firstLine);
  add(code.firstLine + 1);
  for (const { line } of matches) for (const near of [line, line - 1, line + 1]) add(near);
  for (let line = code.firstLine; wanted.size < SHOWN_LINES && line <= code.lastLine; line++) add(line);
  const ranges: [number, number][] = [];
  for (const line of [...wanted].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    // A gap of one line takes as much room as the line.
    if (last !== undefined && line <= last[1] + 2) last[1] = line;
    else ranges.push([line, line]);
  }
  return ranges;
}

/** Rows with number and text; numbers link to their lines. */
export function drawLines(code: Code, result: Pick<Result, 'repository' | 'path' | 'branch' | 'matches'>, [from, to]: readonly [number, number]): HTMLElement[] {
  const rows: HTMLElement[] = [];
  for (let line = from; line <= to; line++) {
    const text = h('code', { class: 'line' });
    code.draw(text, line, result.matches.filter((match) => match.line === line));
    rows.push(h('div', { class: 'row' }, link(placeOf(result, { start: line, end: line }), { class: 'no', tabindex: '-1', 'data-no': line, 'aria-label': `Line ${line}` }), text));
  }
  return rows;
}

function alsoAt(results: readonly Result[]): readonly HTMLElement[] {
  const places = results.flatMap((one) => one.alsoAt ?? []);
  if (places.length === 0) return [];
  const items = places.map((place) => h('li', {}, link(placeOf(place, null), {}, place.path), h('span', { class: 'repository' }, ` ${place.repository}`)));
  return [h('details', { class: 'also' }, h('summary', {}, `The same code in ${count(places.length)} other ${places.length === 1 ? 'place' : 'places'}`), h('ul', {}, ...items))];
}
