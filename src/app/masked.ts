import { SETTINGS, type Settings } from './flags.ts';

const MASK = '***';

/** What gives a secret away wherever it stands: in an address, in a header, by its own form. */
const FORMS: readonly (readonly [RegExp, string])[] = [
  [/:\/\/[^\s/@"'<>]+@/g, `://${MASK}@`],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]+/gi, `$1 ${MASK}`],
  [/\bcidx_[\w-]{8,}/g, MASK],
  [/\beyJ[\w-]{4,}\.[\w-]+\.[\w-]*/g, MASK],
  [/("(?:authorization|proxy-authorization|cookie|set-cookie|x-api-key|password|token|secret)"\s*:\s*")(?:[^"\\]|\\.)*/gi, `$1${MASK}`],
  [/([?&;](?:access_token|token|api_?key|key|secret|password)=)[^&\s"']+/gi, `$1${MASK}`],
];

/** Hides the secrets of the settings, and whatever looks like one, in a line that is about to be shown or kept. */
export function maskFor(settings: Settings): (text: string) => string {
  const values = SETTINGS.flatMap(({ name, secret }) => (secret === true && typeof settings[name] === 'string' ? [settings[name]] : []));
  // As they stand within JSON, too; the longest first, lest a part of one remain.
  const known = [...new Set(values.flatMap((value) => [value, JSON.stringify(value).slice(1, -1)]))].filter((value) => value.length >= 4).sort((a, b) => b.length - a.length);
  return (text) => {
    let masked = text;
    for (const value of known) masked = masked.replaceAll(value, MASK);
    for (const [form, instead] of FORMS) masked = masked.replace(form, instead);
    return masked;
  };
}

/** The settings for people: secrets are only said to be set. */
export function shownSettings(settings: Settings): Readonly<Record<string, unknown>> {
  const mask = maskFor(settings);
  const shown = (value: unknown): unknown => (typeof value === 'string' ? mask(value) : Array.isArray(value) ? value.map(shown) : value);
  return Object.fromEntries(SETTINGS.map(({ name, variable, secret }) => [variable, secret === true ? (settings[name] === null ? null : MASK) : shown(settings[name])]));
}
