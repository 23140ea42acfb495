import type { Match, SecretRule, Stretch } from './rule.ts';

const BEGIN = /-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----/y;
const END = /-----END (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----/g;
/** The longest keys in use have some 13,000 units with their line ends. */
const MOST_UNITS = 32_768;
const LEAST_BODY = 64;
/** A line of the body, alone or as one of a program's strings. */
const LINE = /^[\s"'`#*/+>|.-]*([A-Za-z0-9+/=]{1,200})(?:\\[rn]|[\s"'`+,;.)\\])*$/;
const RUN = /\\[nrt]|[A-Za-z0-9+/=]{20,}/g;
const SHORT_RUN = /\\[nrt]|[A-Za-z0-9+/=]{4,}/g;

/** What stands between the marks of a private key (PEM, OpenSSH, PGP), in a file of its own or in a string of a program. */
export const PRIVATE_KEY: SecretRule = { name: 'private-key', literals: ['-----BEGIN '], folded: false, find };

function find(text: string, at: number): Match | null {
  BEGIN.lastIndex = at;
  const begin = BEGIN.exec(text);
  if (begin === null) return null;
  const from = at + begin[0].length;
  const piece = text.slice(from, from + MOST_UNITS);
  END.lastIndex = 0;
  const end = END.exec(piece);
  // Without its end a key goes on as long as lines of it follow.
  const body = end === null ? piece.slice(0, lengthOfBody(piece)) : piece.slice(0, end.index);
  const hidden = bodyOf(body, from);
  const units = hidden.reduce((sum, part) => sum + part.length, 0);
  if (units < LEAST_BODY) return null;
  return { at, length: begin[0].length + body.length + (end?.[0].length ?? 0), hidden };
}

function lengthOfBody(piece: string): number {
  const lines = piece.split('\n');
  let length = lines[0]?.length ?? 0;
  for (const line of lines.slice(1)) {
    if (!LINE.test(line) && !/^[\s"'#*]*(?:[A-Z][\w-]+: .*)?$/.test(line)) break;
    length += line.length + 1;
  }
  return Math.min(length, piece.length);
}

function bodyOf(body: string, from: number): Stretch[] {
  const hidden: Stretch[] = [];
  let at = from;
  const lines = body.split('\n');
  for (const line of lines) {
    const whole = LINE.exec(line)?.[1];
    if (whole !== undefined) hidden.push({ at: at + line.indexOf(whole), length: whole.length });
    else {
      for (const run of line.matchAll(lines.length === 1 ? SHORT_RUN : RUN)) {
        if (!run[0].startsWith('\\')) hidden.push({ at: at + run.index, length: run[0].length });
      }
    }
    at += line.length + 1;
  }
  return hidden;
}
