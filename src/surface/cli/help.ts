import { globalsOf, type Command, type GlobalFlag } from './command.ts';
import { fieldsOf } from './commands.ts';
import { flagText, flagUsage, flagsOf } from './field-flags.ts';
import type { Paint } from './terminal.ts';

const COMMON: readonly GlobalFlag[] = [
  { flag: 'json', text: 'one JSON document on stdout; one object a line where progress is streamed' },
  { flag: 'quiet', text: 'no progress, no notes, no totals' },
];

export function overview(commands: readonly Command[], globals: readonly GlobalFlag[], paint: Paint): string {
  const width = Math.max(...commands.map((one) => one.usage.length));
  return [
    'Finds code in many git repositories: exact text, regex, symbols, references and ranked answers.',
    '',
    paint.bold('Commands'),
    ...commands.map((one) => `  ${one.usage.padEnd(width)}  ${firstSentence(one.text)}`),
    '',
    paint.bold('Flags of every command'),
    ...rows([...COMMON, ...globals.filter(({ only }) => only === undefined)].map(({ flag, text }) => [`--${flag}`, text])),
    '',
    '`code-index <command> --help` tells more of one command.',
    '',
  ].join('\n');
}

export function commandHelp(command: Command, globals: readonly GlobalFlag[], paint: Paint): string {
  const own = [
    ...Object.entries(command.own ?? {}).map(([flag, { text }]): [string, string] => [`--${flag}`, text]),
    ...globalsOf(command, globals).filter(({ only }) => only !== undefined).map(({ flag, text }): [string, string] => [`--${flag}`, text]),
  ];
  const flags = flagsOf(fieldsOf(command)).map((one): [string, string] => [flagUsage(one), flagText(one)]);
  const examples = command.examples ?? [];
  return [
    `${paint.bold('Usage')}: code-index ${command.usage} [flags]`,
    '',
    command.text,
    '',
    ...(flags.length + own.length > 0 ? [paint.bold('Flags'), ...rows([...flags, ...own]), ''] : []),
    paint.bold('Flags of every command'),
    ...rows([...COMMON, ...globals.filter(({ only }) => only === undefined)].map(({ flag, text }) => [`--${flag}`, text])),
    '',
    ...(examples.length > 0 ? [paint.bold('Examples'), ...examples.map((one) => `  ${one}`), ''] : []),
  ].join('\n');
}

function rows(list: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...list.map(([left]) => left.length));
  return list.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}

function firstSentence(text: string): string {
  return /^.*?[.](?=\s|$)/.exec(text)?.[0] ?? text;
}
