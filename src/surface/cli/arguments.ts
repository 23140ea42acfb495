import { parseArgs } from 'node:util';
import { CodeIndexError } from '../../base/mod.ts';
import type { Field } from '../../service/mod.ts';
import { globalsOf, type Command, type GlobalFlag, type Parsed } from './command.ts';
import { flagsOf } from './field-flags.ts';

/** A word with one dash is a word of the query (`-test` excludes), never a flag; this mark hides it from the parser. */
const HIDDEN = '\u0000';

/** Splits the words after the command into input, flags and words. Throws `invalid_query` for what is not known. */
export function parseArguments(command: Command, fields: Readonly<Record<string, Field>>, argv: readonly string[], settings: readonly GlobalFlag[]): Parsed {
  const globals = globalsOf(command, settings);
  const options: Record<string, { type: 'string' | 'boolean'; multiple?: boolean; short?: string }> = {
    json: { type: 'boolean' }, quiet: { type: 'boolean' }, help: { type: 'boolean', short: 'h' },
  };
  for (const { flag } of globals) options[flag] = { type: 'string' };
  for (const [flag, { type }] of Object.entries(command.own ?? {})) options[flag] = { type };
  const flags = flagsOf(fields);
  for (const { flag, field, value } of flags) {
    options[flag] = value !== undefined || field.kind === 'flag' ? { type: 'boolean' } : { type: 'string', multiple: field.kind === 'texts' || field.kind === 'choices' };
  }
  const { values, positionals } = parseOrExplain(command, hideDashes(argv), options);
  const input: Record<string, unknown> = {};
  for (const { flag, name, value } of flags) {
    const given = values[flag];
    if (given === undefined) continue;
    if (value === undefined) input[name] = Array.isArray(given) ? given.map((one) => shown(String(one))) : typeof given === 'string' ? shown(given) : given;
    else input[name] = [...((input[name] as readonly string[] | undefined) ?? []), value];
  }
  const text = (flag: string): string | undefined => (typeof values[flag] === 'string' ? shown(values[flag]) : undefined);
  return {
    words: positionals.map(shown),
    input,
    own: Object.fromEntries(Object.keys(command.own ?? {}).map((flag) => [flag, values[flag] as string | boolean | undefined])),
    globals: Object.fromEntries(globals.map(({ flag }) => [flag, text(flag)])),
    json: values['json'] === true,
    quiet: values['quiet'] === true,
    help: values['help'] === true,
  };
}

function hideDashes(argv: readonly string[]): string[] {
  return argv.map((word) => (/^-[^-]/.test(word) && word !== '-h' ? HIDDEN + word : word));
}

function shown(word: string): string {
  return word.startsWith(HIDDEN) ? word.slice(1) : word;
}

type Values = Record<string, string | boolean | (string | boolean)[] | undefined>;

function parseOrExplain(command: Command, args: string[], options: Parameters<typeof parseArgs>[0] extends infer C ? (C extends { options?: infer O } ? O : never) : never): { values: Values; positionals: string[] } {
  try {
    const { values, positionals } = parseArgs({ args, options: options ?? {}, strict: true, allowPositionals: true });
    return { values: values as Values, positionals };
  } catch (error) {
    const message = (error as Error).message.split('. To specify')[0]?.replaceAll(HIDDEN, '') ?? '';
    throw new CodeIndexError('invalid_query', `${message.replace(/\.$/, '')}.`, `See \`code-index ${command.name} --help\`.`, { cause: error });
  }
}
