/**
 * One line of an ignore file, with git's own meaning of it (`wildmatch.c`, `dir.c`), matched in time that is at most
 * pattern times path: a repository must not be able to hang its reader with a line of stars.
 */

/** A set of bytes, or one byte, or a star. */
type Token = number | 'any' | 'star' | Uint8Array;
/** The tokens between two slashes; `deep` is `**` alone, any number of folders. */
type Segment = readonly Token[] | 'deep';

export interface Pattern {
  readonly negated: boolean;
  /** Written with a slash at its end: matches folders only. */
  readonly folderOnly: boolean;
  /** Without a slash: matches names at any depth; else the path from the folder of the ignore file. */
  readonly byName: boolean;
  /** The whole text to compare with, when nothing in it is special. */
  readonly literal: string | null;
  /** For `*.o` and the like: what a name must end in. */
  readonly suffix: string | null;
  readonly segments: readonly Segment[];
  /** Folders that every match lies below, as far as they are literal; `''` when a match may lie anywhere. */
  readonly under: string;
}

const SLASH = 47;
const BACKSLASH = 92;

/** The pattern of a line, or null where the line is empty, a comment, or can never match. */
export function parsePattern(line: string): Pattern | null {
  let text = trimTrailingSpaces(line.endsWith('\r') ? line.slice(0, -1) : line);
  if (text === '' || text.startsWith('#')) return null;
  const negated = text.startsWith('!');
  if (negated) text = text.slice(1);
  const folderOnly = text.endsWith('/');
  if (folderOnly) text = text.slice(0, -1);
  if (text === '') return null;
  const byName = !text.includes('/');
  if (text.startsWith('/')) text = text.slice(1);
  const special = text.search(/[*?[\\]/);
  const shared = { negated, folderOnly, byName };
  if (special < 0) return { ...shared, literal: text, suffix: null, segments: [], under: byName ? '' : folderOf(text) };
  const segments = segmentsOf(text, byName);
  if (segments === null) return null;
  const suffix = byName && text.startsWith('*') && text.slice(1).search(/[*?[\\]/) < 0 ? text.slice(1) : null;
  return { ...shared, literal: null, suffix, segments, under: byName ? '' : folderOf(text.slice(0, special)) };
}

/** `path` is relative to the ignore file's folder; `name` its last part. */
export function matchesPattern(pattern: Pattern, path: string, name: string): boolean {
  const subject = pattern.byName ? name : path;
  if (pattern.literal !== null) return subject === pattern.literal;
  if (pattern.suffix !== null) return name.endsWith(pattern.suffix);
  if (pattern.byName) return matchesSegment(pattern.segments[0] as Segment, name, 0, name.length);
  return matchesPath(pattern.segments, path);
}

/** Spaces at the end count only when a backslash stands before them. */
function trimTrailingSpaces(line: string): string {
  let end = line.length;
  let lastSpace = -1;
  for (let i = 0; i < line.length; i++) {
    const unit = line.charCodeAt(i);
    if (unit === 32) {
      if (lastSpace < 0) lastSpace = i;
      continue;
    }
    if (unit === BACKSLASH) {
      i++;
      if (i >= line.length) return line;
    }
    lastSpace = -1;
  }
  if (lastSpace >= 0) end = lastSpace;
  return line.slice(0, end);
}

function folderOf(path: string): string {
  const at = path.lastIndexOf('/');
  return at < 0 ? '' : path.slice(0, at);
}

function segmentsOf(text: string, byName: boolean): Segment[] | null {
  const segments: Token[][] = [[]];
  for (let at = 0; at < text.length; at++) {
    let unit = text.charCodeAt(at);
    const segment = segments.at(-1) as Token[];
    if (unit === 42) segment.push('star');
    else if (unit === 63) segment.push('any');
    else if (unit === 91) {
      const parsed = parseSet(text, at);
      if (parsed === null) return null;
      segment.push(parsed.set);
      at = parsed.end;
    } else {
      if (unit === BACKSLASH) {
        at++;
        if (at >= text.length) return null;
        unit = text.charCodeAt(at);
      }
      if (unit === SLASH) segments.push([]);
      else segment.push(unit);
    }
  }
  const isDeep = (tokens: readonly Token[]): boolean => !byName && tokens.length === 2 && tokens[0] === 'star' && tokens[1] === 'star';
  return segments.map((tokens): Segment => (isDeep(tokens) ? 'deep' : tokens));
}

const POSIX: Readonly<Record<string, RegExp>> = {
  alnum: /[0-9A-Za-z]/, alpha: /[A-Za-z]/, blank: /[ \t]/, cntrl: /[\x00-\x1f\x7f]/, digit: /[0-9]/, graph: /[\x21-\x7e]/,
  lower: /[a-z]/, print: /[\x20-\x7e]/, punct: /[!-/:-@[-`{-~]/, space: /[ \t\n\v\f\r]/, upper: /[A-Z]/, xdigit: /[0-9A-Fa-f]/,
};

/** `[...]` beginning at `start`; `end` is the place of its last bracket. Null when it is not closed, as in git. */
function parseSet(text: string, start: number): { set: Uint8Array; end: number } | null {
  const set = new Uint8Array(256);
  let at = start + 1;
  const negated = text[at] === '!' || text[at] === '^';
  if (negated) at++;
  let previous = 0;
  do {
    if (at >= text.length) return null;
    let unit = text.charCodeAt(at);
    if (unit === BACKSLASH) {
      if (++at >= text.length) return null;
      unit = text.charCodeAt(at);
      set[unit] = 1;
    } else if (unit === 45 && previous !== 0 && at + 1 < text.length && text[at + 1] !== ']') {
      let last = text.charCodeAt(++at);
      if (last === BACKSLASH) {
        if (++at >= text.length) return null;
        last = text.charCodeAt(at);
      }
      for (let member = previous; member <= last; member++) set[member] = 1;
      unit = 0;
    } else if (unit === 91 && text[at + 1] === ':') {
      const close = text.indexOf(']', at + 2);
      if (close < 0) return null;
      if (close - at - 3 >= 0 && text[close - 1] === ':') {
        const members = POSIX[text.slice(at + 2, close - 1)];
        if (members === undefined) return null;
        for (let member = 0; member < 128; member++) if (members.test(String.fromCharCode(member))) set[member] = 1;
        at = close;
        unit = 0;
      } else set[91] = 1;
    } else set[unit] = 1;
    previous = unit;
    at++;
  } while (text[at] !== ']');
  if (negated) for (let member = 0; member < 256; member++) set[member] = set[member] === 0 ? 1 : 0;
  set[SLASH] = 0;
  return { set, end: at };
}

function matchesToken(token: Token, unit: number): boolean {
  return typeof token === 'number' ? token === unit : token === 'any' || (token !== 'star' && token[unit] === 1);
}

/** Whether the tokens match path[from, to), which holds no slash. Only the last star is ever tried again. */
function matchesSegment(segment: Segment, path: string, from: number, to: number): boolean {
  if (segment === 'deep') return true;
  let token = 0;
  let at = from;
  let star = -1;
  let resume = 0;
  while (at < to) {
    const current = segment[token];
    if (current === 'star') {
      star = token++;
      resume = at;
    } else if (current !== undefined && matchesToken(current, path.charCodeAt(at))) {
      token++;
      at++;
    } else if (star >= 0) {
      token = star + 1;
      at = ++resume;
    } else return false;
  }
  while (segment[token] === 'star') token++;
  return token === segment.length;
}

/** The same over the parts of a path, where `**` is the star. A `**` at the end stands for one part at least. */
function matchesPath(segments: readonly Segment[], path: string): boolean {
  const parts: number[] = [0];
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) parts.push(at + 1);
  parts.push(path.length + 1);
  const count = parts.length - 1;
  let segment = 0;
  let part = 0;
  let deep = -1;
  let resume = 0;
  while (part < count) {
    const current = segments[segment];
    if (current === 'deep') {
      if (segment === segments.length - 1) return true;
      deep = segment++;
      resume = part;
    } else if (current !== undefined && matchesSegment(current, path, parts[part] as number, (parts[part + 1] as number) - 1)) {
      segment++;
      part++;
    } else if (deep >= 0) {
      segment = deep + 1;
      part = ++resume;
    } else return false;
  }
  return segment === segments.length;
}
