/** Units out of prose: sections of manuals by their headings, and GNU change logs by the functions that they name. */
import { isProse } from './doc-text.ts';
import { lot } from './fingerprint.ts';
import { UNIT_LIMITS, cutAtLine, type Unit } from './unit.ts';

const MANUAL = /\.(?:md|markdown|mdx|rst|texi|texinfo|adoc|asciidoc)$/i;
const NO_MANUAL = /(?:^|\/)(?:changelog|changes|news|history|releases?|authors|contributors?|contributing|code[_-]of[_-]conduct|licen[cs]e|copying|security|governance|maintainers|backers|sponsors|thanks|todo)[^/]*$/i;
const NO_HEADING = /^(?:licen[cs]e|contribut|credits?|authors?|thanks|sponsors?|change ?log|table of contents|contents|badges?|support|donat|acknowledg|v?\d+\.\d)/i;
const CHANGE_LOG = /(?:^|\/)ChangeLog(?:[-.][\w.-]*)?$/;
const SECTION_CHARS_MIN = 120;

export function isManual(path: string): boolean {
  return MANUAL.test(path) && !NO_MANUAL.test(path);
}

export function isChangeLog(path: string): boolean {
  return CHANGE_LOG.test(path) && !/\.(?:gz|xz|bz2)$/.test(path);
}

interface Heading {
  readonly name: string;
  readonly level: number;
  /** Index of the first line of the heading, and of the line after it. */
  readonly line: number;
  readonly after: number;
}

/** A unit for each heading with at least 120 characters of text of its own. */
export function sectionUnits(pack: string, path: string, text: string): Unit[] {
  const lines = text.replace(/\r\n?/g, '\n').split('\n');
  const headings = headingsOf(path, lines);
  const units: Unit[] = [];
  headings.forEach((heading, index) => {
    const body = lines.slice(heading.after, headings[index + 1]?.line ?? lines.length).join('\n').trim();
    if (body.length < SECTION_CHARS_MIN || NO_HEADING.test(heading.name) || !/[A-Za-z]{3}/.test(heading.name)) return;
    const around = headings.slice(0, index).findLast(({ level }) => level < heading.level)?.name ?? '';
    units.push({ p: pack, l: 'text', f: path, k: 'section', n: heading.name.slice(0, 200), c: around.slice(0, 200), s: '', d: '', b: cutAtLine(body, UNIT_LIMITS.sectionChars), x: [], t: 0 });
  });
  return units;
}

function headingsOf(path: string, lines: readonly string[]): Heading[] {
  const isTexinfo = /\.texi(?:nfo)?$/i.test(path);
  const isRst = /\.rst$/i.test(path);
  const mark = /\.a(?:scii)?doc$/i.test(path) ? /^(={1,6})\s+(\S.*)$/ : /^(#{1,6})\s+(\S.*?)(?:\s+#+)?$/;
  const found: Heading[] = [];
  let fenced = false;
  lines.forEach((line, at) => {
    if (isTexinfo) {
      const texinfo = /^@(chapter|section|subsection|subsubsection|unnumbered\w*|appendix\w*)\s+(\S.*)$/.exec(line);
      if (texinfo) found.push({ name: (texinfo[2] as string).replace(/@\w+\{([^}]*)\}/g, '$1'), level: (texinfo[1] as string).length, line: at, after: at + 1 });
      return;
    }
    if (!isRst && /^\s*(?:```|~~~|----$)/.test(line)) fenced = !fenced;
    const marked = fenced || isRst ? null : mark.exec(line);
    if (marked) found.push({ name: plain(marked[2] as string), level: (marked[1] as string).length, line: at, after: at + 1 });
    else if (!fenced && at > 0 && /^([=\-~^"'*+#`])\1{2,}\s*$/.test(line) && /^\S/.test(lines[at - 1] as string) && line.trim().length >= (lines[at - 1] as string).trim().length - 1 && /[A-Za-z]/.test(lines[at - 1] as string)) {
      found.push({ name: plain((lines[at - 1] as string).trim()), level: '=-~^"\'*+#`'.indexOf(line[0] as string) + 1, line: at - 1, after: at + 1 });
    }
  });
  return found;
}

function plain(heading: string): string {
  return heading.replace(/:[\w:]+:`~?([^`<]*)(?:<[^`]*>)?`/g, '$1').replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/<[^>]*>/g, '').replace(/[`*]/g, '').trim();
}

/** `* src/list.c (list_add, list_del): Keep the count.` gives a unit for each function named, at most three of one sentence. */
export function changeUnits(pack: string, path: string, text: string, languageOfPath: (path: string) => string | null): Unit[] {
  const units: Unit[] = [];
  const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/') + 1) : '';
  let file = '';
  const entries = text.replace(/\r\n?/g, '\n').split(/\n(?=\s*\n|\S|[ \t]+\* |[ \t]+\()/);
  for (const entry of entries) {
    const match = /^\s+(?:\* ([\w+./-]+\.\w+)[^(:\n]*)?(?:\(([^)]+)\)[^:]{0,80})?:\s*([\s\S]+)$/.exec(entry);
    if (match === null) {
      if (!/^\s+[(*]/.test(entry)) file = '';
      continue;
    }
    if (match[1] !== undefined) file = match[1];
    const text = (match[3] as string).replace(/\s+/g, ' ').trim();
    if (file === '' || match[2] === undefined || !isProse(text)) continue;
    const names = match[2].split(/[,\s]+/).map((name) => name.replace(/^.*::/, '')).filter((name) => /^[A-Za-z_][\w-]{2,}$/.test(name));
    for (const name of names.slice(0, 3)) {
      units.push({ p: pack, l: languageOfPath(file) ?? 'text', f: `${folder}${file}`, k: 'changelog', n: name, c: '', s: '', d: text.slice(0, 400), b: '', x: [], t: 0 });
    }
  }
  return units;
}

/** At most `most` of the units, drawn by lot, in their order. */
export function drawn<T>(units: readonly T[], most: number, textOf: (unit: T) => string): readonly T[] {
  if (units.length <= most) return units;
  const lots = units.map((unit, index) => ({ index, at: lot(textOf(unit)) })).sort((a, b) => a.at - b.at);
  return lots.slice(0, most).map(({ index }) => index).sort((a, b) => a - b).map((index) => units[index] as T);
}
