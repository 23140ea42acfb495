/**
 * Porter's stemmer (1980), so that `retries`, `retried` and `retry` are one term, in documents and in queries alike.
 * Words of one or two letters and words with digits or letters beyond a-z stay as they are.
 */
const CACHE_WORDS = 50_000;
let cache = new Map<string, string>();

export function stem(word: string): string {
  const known = cache.get(word);
  if (known !== undefined) return known;
  const stemmed = word.length > 2 && /^[a-z]+$/.test(word) ? porter(word) : word;
  // A fresh map bounds the memory of a thread that meets millions of words; the common ones come back at once.
  if (cache.size >= CACHE_WORDS) cache = new Map();
  cache.set(word, stemmed);
  return stemmed;
}

const CONSONANT = '[^aeiou]';
const VOWEL = '[aeiouy]';
const C = `${CONSONANT}[^aeiouy]*`;
const V = `${VOWEL}[aeiou]*`;
const MEASURE_POSITIVE = new RegExp(`^(?:${C})?${V}${C}`);
const MEASURE_ONE = new RegExp(`^(?:${C})?${V}${C}(?:${V})?$`);
const MEASURE_ABOVE_ONE = new RegExp(`^(?:${C})?${V}${C}${V}${C}`);
const HAS_VOWEL = new RegExp(`^(?:${C})?${VOWEL}`);
const DOUBLE_CONSONANT = /([^aeiouylsz])\1$/;
const SHORT = new RegExp(`^${C}${VOWEL}[^aeiouwxy]$`);

const STEP_2: Readonly<Record<string, string>> = {
  ational: 'ate', tional: 'tion', enci: 'ence', anci: 'ance', izer: 'ize', bli: 'ble', alli: 'al', entli: 'ent', eli: 'e',
  ousli: 'ous', ization: 'ize', ation: 'ate', ator: 'ate', alism: 'al', iveness: 'ive', fulness: 'ful', ousness: 'ous',
  aliti: 'al', iviti: 'ive', biliti: 'ble', logi: 'log',
};
const STEP_3: Readonly<Record<string, string>> = { icate: 'ic', ative: '', alize: 'al', iciti: 'ic', ical: 'ic', ful: '', ness: '' };
const STEP_2_ENDING = /^(.+?)(ational|tional|enci|anci|izer|bli|alli|entli|eli|ousli|ization|ation|ator|alism|iveness|fulness|ousness|aliti|iviti|biliti|logi)$/;
const STEP_3_ENDING = /^(.+?)(icate|ative|alize|iciti|ical|ful|ness)$/;
const STEP_4_ENDING = /^(.+?)(al|ance|ence|er|ic|able|ible|ant|ement|ment|ent|ou|ism|ate|iti|ous|ive|ize)$/;

function porter(word: string): string {
  let w = word[0] === 'y' ? `Y${word.slice(1)}` : word;
  if (/(ss|i)es$/.test(w)) w = w.slice(0, -2);
  else if (/[^s]s$/.test(w)) w = w.slice(0, -1);
  w = pastAndGerund(w);
  const y = /^(.+?)y$/.exec(w);
  if (y !== null && HAS_VOWEL.test(y[1] as string)) w = `${y[1]}i`;
  w = replaceEnding(w, STEP_2_ENDING, STEP_2);
  w = replaceEnding(w, STEP_3_ENDING, STEP_3);
  const four = STEP_4_ENDING.exec(w) ?? /^(.+?[st])(ion)$/.exec(w);
  if (four !== null && MEASURE_ABOVE_ONE.test(four[1] as string)) w = four[1] as string;
  const e = /^(.+?)e$/.exec(w);
  if (e !== null) {
    const base = e[1] as string;
    if (MEASURE_ABOVE_ONE.test(base) || (MEASURE_ONE.test(base) && !SHORT.test(base))) w = base;
  }
  if (/ll$/.test(w) && MEASURE_ABOVE_ONE.test(w)) w = w.slice(0, -1);
  return w[0] === 'Y' ? `y${w.slice(1)}` : w;
}

function pastAndGerund(w: string): string {
  const eed = /^(.+?)eed$/.exec(w);
  if (eed !== null) return MEASURE_POSITIVE.test(eed[1] as string) ? w.slice(0, -1) : w;
  const match = /^(.+?)(ed|ing)$/.exec(w);
  if (match === null || !HAS_VOWEL.test(match[1] as string)) return w;
  const base = match[1] as string;
  if (/(at|bl|iz)$/.test(base)) return `${base}e`;
  if (DOUBLE_CONSONANT.test(base)) return base.slice(0, -1);
  return SHORT.test(base) ? `${base}e` : base;
}

function replaceEnding(w: string, ending: RegExp, table: Readonly<Record<string, string>>): string {
  const match = ending.exec(w);
  if (match === null || !MEASURE_POSITIVE.test(match[1] as string)) return w;
  return (match[1] as string) + (table[match[2] as string] as string);
}
