import { readFileSync } from 'node:fs';
import { CodeIndexError } from '../base/mod.ts';
import { SETTINGS, readSettings, type Settings } from './flags.ts';

export type Values = Readonly<Record<string, string | undefined>>;

/**
 * The settings out of flags, environment and the file that one of them names, in this order of strength.
 * Throws `invalid_query` naming the flag, the variable or the line of the file.
 */
export function settingsOf(flags: Values, environment: Values): Settings {
  const file = flags['config'] ?? environment['CODE_INDEX_CONFIG'] ?? '';
  if (file === '') return readSettings(flags, environment);
  const values: Record<string, string | undefined> = readConfigFile(file);
  for (const { variable } of SETTINGS) {
    // An empty variable is as good as none, as everywhere.
    if ((environment[variable] ?? '') !== '') values[variable] = environment[variable];
  }
  return readSettings(flags, values);
}

function readConfigFile(file: string): Record<string, string> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new CodeIndexError('invalid_query', `The settings file ${JSON.stringify(file)} cannot be read: ${(error as Error).message}.`, 'Name another one with --config or CODE_INDEX_CONFIG.', { cause: error });
  }
  return parseConfig(text, file);
}

/** Lines `NAME=value`; a value may stand in quotes, and a comment after it behind a blank and #. */
export function parseConfig(text: string, file: string): Record<string, string> {
  const known = new Set(SETTINGS.map(({ variable }) => variable));
  const values: Record<string, string> = {};
  text.replace(/^\ufeff/, '').split(/\r?\n/).forEach((line, index) => {
    if (/^\s*(#|$)/.test(line)) return;
    const place = `${file}:${index + 1}`;
    const [, name, raw] = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    // The line itself is not shown: what is no setting may be the second line of a secret.
    if (name === undefined || raw === undefined) throw new CodeIndexError('invalid_query', `${place} is not of the form NAME=value.`, 'Write one setting a line; comments begin with #.');
    if (!known.has(name) || name === 'CODE_INDEX_CONFIG') throw new CodeIndexError('invalid_query', `${place} sets ${name}, which is no setting.`, 'See docs/reference/settings.md for those that there are.');
    if (Object.hasOwn(values, name)) throw new CodeIndexError('invalid_query', `${place} sets ${name} a second time.`, 'Keep one of the lines.');
    values[name] = valueOf(raw, place);
  });
  return values;
}

function valueOf(raw: string, place: string): string {
  const quote = raw[0];
  if (quote !== '"' && quote !== "'") return raw.replace(/(^|\s)#.*$/, '').trimEnd();
  const found = (quote === '"' ? /^"((?:[^"\\]|\\.)*)"\s*(?:#.*)?$/ : /^'([^']*)'\s*(?:#.*)?$/).exec(raw)?.[1];
  if (found === undefined) throw new CodeIndexError('invalid_query', `${place} has a quote that is not closed.`, 'Close it at the end of the value.');
  return quote === "'" ? found : found.replaceAll(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char));
}
