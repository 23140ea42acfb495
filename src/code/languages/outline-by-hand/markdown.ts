/** Headings of Markdown as nested sections. Fenced code, front matter, HTML comments and indented code hold no headings. */
import type { ImportFact } from '../../../domain/mod.ts';
import type { Found, FoundReference, FoundSymbol } from '../../parse/found.ts';

interface Heading {
  readonly level: number;
  readonly start: number;
  readonly nameStart: number;
  readonly nameEnd: number;
}

const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const ATX = /^ {0,3}(#{1,6})(?:[ \t]+|$)/;
const SETEXT = /^ {0,3}(=+|-{2,})[ \t]*$/;
const NOT_A_PARAGRAPH = /^(?: {4}|\t| {0,3}(?:[#>|<]|[-*+][ \t]|\d{1,9}[.)][ \t]|$))/;
/** `[text](target)` and `[label]: target`, without titles. */
const LINK = /\]\(\s*<?([^()\s<>]+)>?[^()]*\)|^ {0,3}\[[^\]\n]+\]:[ \t]+<?(\S+?)>?(?:[ \t].*)?$/gm;

/** Sections by heading, each until the next heading of its level or above; links to other files as imports. */
export function markdownOutline(text: string): Found {
  const comments: number[] = [];
  const headings = headingsOf(text, comments);
  return { symbols: sectionsOf(text, headings), references: NO_REFERENCES, imports: linksOf(text), comments };
}

/** A longer one is no heading that anybody reads; it is kept as written. */
const LONGEST_TITLE = 400;
const NO_REFERENCES: FoundReference[] = [];

function headingsOf(text: string, comments: number[]): Heading[] {
  const headings: Heading[] = [];
  let fence: string | null = null;
  let inComment = false;
  let commentStart = 0;
  let previous = '';
  let previousStart = -1;
  for (let at = frontMatterEnd(text); at < text.length; ) {
    const newline = text.indexOf('\n', at);
    const end = newline === -1 ? text.length : newline;
    const line = text.charCodeAt(end - 1) === 13 && end > at ? text.slice(at, end - 1) : text.slice(at, end);
    if (inComment) {
      if (line.includes('-->')) {
        inComment = false;
        comments.push(commentStart, at + line.indexOf('-->') + 3);
      }
    } else if (fence !== null) {
      const mark = FENCE.exec(line)?.[1];
      if (mark !== undefined && mark.startsWith(fence) && line.trim() === mark) fence = null;
    } else if (FENCE.test(line)) {
      fence = (FENCE.exec(line) as RegExpExecArray)[1] as string;
      previous = '';
    } else if (line.startsWith('<!--')) {
      const close = line.indexOf('-->', 4);
      if (close === -1) [inComment, commentStart] = [true, at];
      else comments.push(at, at + close + 3);
      previous = '';
    } else {
      const atx = ATX.exec(line);
      const setext = atx === null && previous !== '' ? SETEXT.exec(line) : null;
      if (atx !== null) headings.push(headingOn(line, at, at + atx[0].length, (atx[1] as string).length));
      else if (setext !== null) headings.push(headingOn(previous, previousStart, previousStart, setext[1]?.startsWith('=') === true ? 1 : 2));
      previous = atx !== null || setext !== null || NOT_A_PARAGRAPH.test(line) ? '' : line;
      previousStart = at;
    }
    at = end + 1;
  }
  if (inComment) comments.push(commentStart, text.length);
  return headings;
}

/** `## Title ##` is named `Title`. */
function headingOn(line: string, start: number, textStart: number, level: number): Heading {
  const title = line.slice(textStart - start).replace(/[ \t]+#+[ \t]*$/, '').trimEnd();
  const lead = title.length - title.trimStart().length;
  return { level, start, nameStart: textStart + lead, nameEnd: textStart + title.length };
}

/** Where the text begins: after a `---` block at the very top. */
function frontMatterEnd(text: string): number {
  if (!/^---[ \t]*\r?\n/.test(text)) return 0;
  const close = /\n(?:---|\.\.\.)[ \t]*(?:\r?\n|$)/.exec(text);
  return close === null ? 0 : close.index + close[0].length;
}

function sectionsOf(text: string, headings: readonly Heading[]): FoundSymbol[] {
  const symbols: FoundSymbol[] = [];
  const ends = new Array<number>(headings.length).fill(text.length);
  const open: number[] = [];
  headings.forEach((heading, index) => {
    while (open.length > 0 && (headings[open[open.length - 1] as number] as Heading).level >= heading.level) ends[open.pop() as number] = heading.start;
    open.push(index);
  });
  headings.forEach((heading, index) => {
    if (heading.nameEnd <= heading.nameStart) return;
    const raw = text.slice(heading.nameStart, heading.nameEnd);
    const name = plain(raw);
    // Where only the ends carry marks, the name is a part of the text: a mark on it then stands where it should.
    const at = raw.indexOf(name);
    const [nameStart, nameEnd] = at < 0 ? [heading.nameStart, heading.nameEnd] : [heading.nameStart + at, heading.nameStart + at + name.length];
    symbols.push({
      kind: 'section', ...(at < 0 ? { name } : {}), start: heading.start, end: trimmedEnd(text, heading.start, ends[index] as number),
      nameStart, nameEnd, bodyStart: -1, docStart: -1, docEnd: -1,
      marked: true, ownerStart: -1, ownerEnd: -1, rank: 0,
    });
  });
  return symbols;
}

/** A heading as read: without emphasis, code marks, images and link targets. */
function plain(title: string): string {
  if (title.length > LONGEST_TITLE) return title;
  const bare = title
    .replace(/!\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/<\/?[a-z][^>]*>/gi, '')
    .replace(/[`*]+|(?<![\p{L}\p{N}])_+|_+(?![\p{L}\p{N}])/gu, '')
    .replace(/[ \t]*\{#[^}]*\}[ \t]*$/, '')
    .trim();
  return bare === '' ? title : bare;
}

function linksOf(text: string): ImportFact[] {
  const imports: ImportFact[] = [];
  let line = 1;
  let counted = 0;
  for (const match of text.matchAll(LINK)) {
    const target = (match[1] ?? match[2] ?? '').replace(/[#?].*$/, '');
    if (target === '' || /^[a-z][a-z+.-]*:/i.test(target)) continue;
    for (let at = text.indexOf('\n', counted); at !== -1 && at < match.index; at = text.indexOf('\n', at + 1)) {
      line++;
      counted = at + 1;
    }
    imports.push({ source: target, name: '', alias: '', line });
  }
  return imports;
}

function trimmedEnd(text: string, start: number, end: number): number {
  let at = end;
  while (at > start && text.charCodeAt(at - 1) <= 32) at--;
  return at;
}
