/** Flags of a command, made from the fields of its operation. */
import type { Field } from '../../service/mod.ts';

export interface FieldFlag {
  readonly flag: string;
  readonly name: string;
  readonly field: Field;
  /** For a choice with a flag of its own. */
  readonly value?: string;
}

/** The flags of an operation's fields, in order. */
export function flagsOf(fields: Readonly<Record<string, Field>>): readonly FieldFlag[] {
  return Object.entries(fields).flatMap(([name, field]): FieldFlag[] => {
    if (field.only === 'tool' || (field.position !== undefined && field.flag === undefined)) return [];
    if (field.kind === 'choices' && field.asFlags === true) return field.values.map((value) => ({ flag: value, name, field, value }));
    return [{ flag: field.flag ?? kebab(name), name, field }];
  });
}

function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

export function flagUsage({ flag, field, value }: FieldFlag): string {
  if (value !== undefined || field.kind === 'flag') return `--${flag}`;
  if (field.kind === 'choice') return `--${flag} <${field.values.join('|')}>`;
  return `--${flag} <${field.kind === 'integer' ? 'number' : 'text'}>`;
}

const SPELLED: Readonly<Record<string, string>> = {
  branch: 'a branch that was indexed', lang: 'a language', limit: 'results on one page', cursor: 'where the last page ended', path: 'a glob, a folder or a file',
  view: 'what to show', tokens: 'rough size of the answer, four characters each',
};

export function flagText({ flag, field, value, name }: FieldFlag): string {
  const text = value !== undefined ? `list its ${value}${value.endsWith('s') ? '' : 's'}` : field.text !== '' ? field.text : (SPELLED[flag] ?? SPELLED[name] ?? flag);
  const repeat = value === undefined && (field.kind === 'texts' || field.kind === 'choices') && !text.includes('repeated') ? '; may be repeated' : '';
  const range = field.kind === 'integer' ? ` (${field.least} to ${field.most})` : '';
  return `${text}${range}${repeat}`;
}
