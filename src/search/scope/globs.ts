import { RE2JS } from 're2js';
import { CodeIndexError } from '../../base/mod.ts';
import type { PathTest } from '../../store/mod.ts';

/** More is made to exhaust something: no path has so much that matters. */
const GLOB_CHARS = 1_000;
const GLOB_STARS = 16;
const GLOB_CHOICES = 16;
/** So few stars and choices, and so short a path, can be tried in every way that there is. */
const FEW = 2;
const SHORT_PATH = 256;

/**
 * Compiles a path filter. With `*`, `?`, `[..]` or `{a,b}` it is a glob over the whole path (`**` crosses folders; a
 * glob without a slash is held against the base name); else it names a folder or file, anywhere, whole segments at a time.
 */
export function pathTest(filter: string): PathTest {
  if (filter.length > GLOB_CHARS) throw new CodeIndexError('invalid_query', `A path filter has ${filter.length} characters.`, `Give at most ${GLOB_CHARS}.`);
  const anchored = filter.startsWith('/');
  // Stars beside stars add nothing but work.
  const wanted = filter.replace(/^\.?\/+/, '').replaceAll(/\*{3,}/g, '**').replaceAll(/(?<=^|\/)(?:\*\*\/)+/g, '**/');
  const key = `${anchored ? '/' : ''}${wanted}`;
  if (!/[*?[{]/.test(wanted)) return plainTest(key, wanted, anchored);
  if (!wanted.includes('/')) {
    const matches = globTest(wanted);
    return { key, prefix: '', matches: (path) => matches(path.slice(path.lastIndexOf('/') + 1)) };
  }
  const matches = globTest(wanted.endsWith('/') ? `${wanted}**` : wanted);
  const literal = /^[^*?[{\\]*/.exec(wanted)?.[0] ?? '';
  // `a/**` also means what is named `a/` up to the last whole folder before the first wild card.
  return { key, prefix: literal.slice(0, literal.lastIndexOf('/') + 1), matches };
}

/**
 * V8 tries every way in which stars and choices can share a path, and `*a*a*a*b` has more of them than can be tried in a
 * year. What is not plainly harmless goes to RE2JS, which is slower on harmless globs and linear on all.
 */
function globTest(glob: string): (path: string) => boolean {
  if (count(glob, '*') > 2 * GLOB_STARS || count(glob, '{') > GLOB_CHOICES) {
    throw new CodeIndexError('invalid_query', `The path filter ${JSON.stringify(glob.slice(0, 40))} has too many wild cards.`, `Give at most ${GLOB_STARS} stars and ${GLOB_CHOICES} choices.`);
  }
  const source = globSource(glob);
  const regex = new RegExp(`^${source}$`, 'su');
  let linear: RE2JS | null = null;
  const harmless = count(glob, '*') - count(glob, '**') <= FEW && count(glob, '{') <= FEW;
  return (path) => (harmless && path.length <= SHORT_PATH ? regex.test(path) : (linear ??= RE2JS.compile(source, RE2JS.DOTALL)).matcher(path).matches());
}

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}

function plainTest(key: string, wanted: string, anchored: boolean): PathTest {
  const folder = wanted.endsWith('/');
  const name = folder ? wanted.slice(0, -1) : wanted;
  const matches = (path: string): boolean => {
    for (let at = path.indexOf(name); at >= 0; at = path.indexOf(name, at + 1)) {
      if (at > 0 && (anchored || path[at - 1] !== '/')) {
        if (anchored) return false;
        continue;
      }
      const end = at + name.length;
      if (path[end] === '/' || (end === path.length && !folder)) return true;
    }
    return false;
  };
  return { key, prefix: anchored ? name : '', matches: name === '' ? () => true : matches };
}

function globSource(glob: string): string {
  let out = '';
  let depth = 0;
  for (let at = 0; at < glob.length; at++) {
    const unit = glob[at] as string;
    if (unit === '*') {
      if (glob[at + 1] !== '*') out += '[^/]*';
      else {
        at++;
        const slash = glob[at + 1] === '/' && (at === 1 || glob[at - 2] === '/');
        if (slash) at++;
        out += slash ? '(?:.*/)?' : '.*';
      }
    } else if (unit === '?') out += '[^/]';
    else if (unit === '[') {
      const end = glob.indexOf(']', at + 2);
      const inside = end < 0 ? '' : glob.slice(at + 1, end);
      const set = setSource(inside);
      if (set === null) out += '\\[';
      else {
        out += set;
        at = end;
      }
    } else if (unit === '{' && closes(glob, at)) {
      depth++;
      out += '(?:';
    } else if (unit === '}' && depth > 0) {
      depth--;
      out += ')';
    } else if (unit === ',' && depth > 0) out += '|';
    else if (unit === '\\' && at + 1 < glob.length) out += quoted(glob[++at] as string);
    else out += unit === '}' || unit === '{' ? `\\${unit}` : quoted(unit);
  }
  // A brace whose partner was quoted or stood in brackets is closed here.
  return out + ')'.repeat(depth);
}

function closes(glob: string, open: number): boolean {
  let depth = 0;
  for (let at = open; at < glob.length; at++) {
    if (glob[at] === '{') depth++;
    else if (glob[at] === '}' && --depth === 0) return true;
  }
  return false;
}

function setSource(inside: string): string | null {
  if (inside === '') return null;
  const negated = /^[!^]/.test(inside);
  const body = (negated ? inside.slice(1) : inside).replaceAll(/[\\\][&~^]/g, '\\$&');
  const source = `[${negated ? '^/' : ''}${body}]`;
  try {
    new RegExp(source, 'u');
    return source;
  } catch {
    return null;
  }
}

function quoted(unit: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(unit) ? `\\${unit}` : unit;
}
