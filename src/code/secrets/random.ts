/** Whether a text looks as if a machine had drawn it: what tells a password from a word, a name or a path. */

/** Said by people where a secret would stand; also in random text by chance where shorter than four letters, so those count in short texts only. */
const STAND_IN = /example|sample|change[-_ ]?(?:me|it|this)|place-?holder|your[-_]?|dummy|fake|test|mock|redact|replace|insert|secret|passw|token|credential|undefined|default|invalid|string|value|hello|world|lorem|qwerty|abcdef|123456|0{6}|1{6}|deadbeef|x{4}|\*{2}|\.{3}|foobar|letmein|admin|user|key[-_]?here|here[-_]|some[-_]|todo|local|none|null|true|false|enabled|disabled/i;
const SHORT_STAND_IN = /foo|bar|baz|xxx|abc|123|pass|key|my[-_]/i;
/** Something that is put in when the program runs. */
const PUT_IN = /^[$%@<{[(#&]|[$#%]\{|\{\{|\$\(|%[sdv(]|<[\w-]+>|\{\w*\}|\\\w/;
/** Of token formats that are known by their shape only what nobody could take for a true one is let go. */
const SHAPED_STAND_IN = /example|placeholder|your|x{5}|\*{2}|\.{3}|abcdefgh|12345678|0{10}|redacted/i;
const UUID_OF_ZEROS = /^[0-9a-f]{8}-(?:0000-){3}/i;

/** For values of formats that a prefix gives away. */
export function isShapedStandIn(value: string): boolean {
  return SHAPED_STAND_IN.test(value) || distinct(value) < 8;
}

/** For what stands where a password would stand, whatever it looks like. */
export function isStandIn(value: string): boolean {
  return PUT_IN.test(value) || STAND_IN.test(value) || (value.length < 24 && SHORT_STAND_IN.test(value)) || distinct(value) < 4;
}

/** Random enough for a key, a token or a drawn password. */
export function looksDrawn(escaped: string): boolean {
  const value = unescaped(escaped);
  if (value.length < 12 || isStandIn(value) || UUID_OF_ZEROS.test(value) || !/^[\x21-\x7e]+$/.test(value)) return false;
  const digits = count(value, /\d/g);
  const letters = count(value, /[a-z]/gi);
  if (digits < 2 || letters < 2) return false;
  const hex = /^[0-9a-f-]+$/i.test(value);
  const possible = Math.min(Math.log2(value.length), hex ? 4 : 5.2);
  if (entropy(value) < possible * (hex ? 0.78 : 0.84)) return false;
  if (hex) return value.length >= 24;
  if (/^v?\d+\.\d+\.\d/.test(value)) return false;
  // Paths, addresses, versions and lists are made of words and separators; names of words in camelCase or with dashes.
  if (/:\/\/|^[./~]|^\w+(?:\.\w+){2,}$|\(|\)|;/.test(value) && !/[+=]{1,2}$/.test(value)) return false;
  return wordShare(value) < 0.45;
}

/** Without the escapes of URLs, whose digits are nobody's choice. */
export function unescaped(value: string): string {
  return value.replace(/%[0-9a-f]{2}/gi, '');
}

/** The share of the text that stands in pieces which read as words: letters of one case, or with a capital, with vowels between consonants. */
function wordShare(value: string): number {
  let inWords = 0;
  for (const [piece] of value.matchAll(/[A-Z]?[a-z]{3,}|[A-Z]{4,}/g)) {
    if (/[aeiouy]/i.test(piece) && !/[bcdfghjklmnpqrstvwxz]{4}/i.test(piece)) inWords += piece.length;
  }
  return inWords / value.length;
}

/** Bits of each unit, by how often the units occur. */
function entropy(value: string): number {
  const counts = new Map<string, number>();
  for (const unit of value) counts.set(unit, (counts.get(unit) ?? 0) + 1);
  let bits = 0;
  for (const times of counts.values()) bits -= (times / value.length) * Math.log2(times / value.length);
  return bits;
}

function distinct(value: string): number {
  return new Set(value).size;
}

function count(value: string, pattern: RegExp): number {
  return value.match(pattern)?.length ?? 0;
}
