/**
 * What an operation may be given, as data. One description makes the check of every call, the JSON schema of a tool,
 * the flags of a command and a row of the reference pages. It needs no library at run time: a validator that takes
 * 70 ms to load would be a third of what a whole `code-index search` may take (docs/decisions/0008-fields-as-data.md).
 */
import { CodeIndexError } from '../base/mod.ts';

interface FieldBase {
  /** One phrase: what it means. */
  readonly text: string;
  readonly required?: true;
  /** Flag of the command line where it differs from the name: `repo` for `repository`. */
  readonly flag?: string;
  /** `rest` joins all words after the command, `one` takes one. */
  readonly position?: 'one' | 'rest';
  /** Left out of tools: `command`; left out of the command line: `tool`. */
  readonly only?: 'command' | 'tool';
}

/** Bounds of one text. No text may hold a NUL, whatever else it may. */
export interface TextBounds {
  /** Characters (UTF-16 units). */
  readonly least?: number;
  readonly most?: number;
  /** Source of a regular expression for the whole text, without anchors: cheap at any length. */
  readonly pattern?: string;
}

export type Field = FieldBase &
  (
    | ({ readonly kind: 'text' } & TextBounds)
    /** A list of texts; one text counts as a list of one. `shownAs: 'text'` keeps the schema of a tool short. Bounds hold for each. */
    | ({ readonly kind: 'texts'; readonly shownAs?: 'text' } & TextBounds)
    | { readonly kind: 'integer'; readonly least: number; readonly most: number }
    | { readonly kind: 'flag' }
    | { readonly kind: 'choice'; readonly values: readonly string[] }
    /** Several of `values`. `asFlags` gives each value a flag of its own on the command line. */
    | { readonly kind: 'choices'; readonly values: readonly string[]; readonly asFlags?: true; readonly hidden?: true }
  );

export type Fields<Input> = { readonly [Name in keyof Input & string]-?: Field };

/** Checks raw arguments against the fields and gives the typed input. Throws `invalid_query` naming the argument and the value. */
export function checkInput<Input>(fields: Fields<Input>, raw: Readonly<Record<string, unknown>>): Input {
  const known = fields as Readonly<Record<string, Field>>;
  const input: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(raw)) {
    if (value === undefined || value === null) continue;
    const field = Object.hasOwn(known, name) ? known[name] : undefined;
    if (field === undefined) {
      throw new CodeIndexError('invalid_query', `There is no argument ${quote(name)} here.`, `Use one of: ${Object.keys(known).join(', ')}.`);
    }
    input[name] = checkValue(name, field, value);
  }
  for (const [name, field] of Object.entries(known)) {
    if (field.required && input[name] === undefined) {
      throw new CodeIndexError('invalid_query', `The argument ${quote(name)} is missing.`, field.text === '' ? `Give ${quote(name)}.` : `Give ${quote(name)}: ${field.text}.`);
    }
  }
  return input as Input;
}

function checkValue(name: string, field: Field, value: unknown): unknown {
  switch (field.kind) {
    case 'text':
      if (typeof value !== 'string') throw wrong(name, value, 'a text');
      checkText(name, field, value);
      return value;
    case 'flag':
      if (typeof value !== 'boolean') throw wrong(name, value, 'true or false');
      return value;
    case 'integer': {
      const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
      if (typeof number !== 'number' || !Number.isInteger(number) || number < field.least || number > field.most) {
        throw wrong(name, value, `a whole number from ${field.least} to ${field.most}`);
      }
      return number;
    }
    case 'choice':
      if (typeof value !== 'string' || !field.values.includes(value)) throw wrong(name, value, `one of ${field.values.join(', ')}`);
      return value;
    case 'texts':
    case 'choices': {
      const list = Array.isArray(value) ? value : [value];
      for (const item of list) {
        if (typeof item !== 'string') throw wrong(name, item, 'a text or a list of texts');
        if (field.kind === 'texts') checkText(name, field, item);
        else if (!field.values.includes(item)) throw wrong(name, item, `out of ${field.values.join(', ')}`);
      }
      return list;
    }
  }
}

function checkText(name: string, { least = 0, most = Infinity, pattern }: TextBounds, text: string): void {
  if (text.includes('\0')) throw wrong(name, text, 'a text without the character NUL');
  if (text.length < least || text.length > most) {
    const found = text.length === 0 ? 'is empty' : `has ${text.length} characters`;
    throw new CodeIndexError('invalid_query', `The argument ${quote(name)} ${found}.`, `Give ${least > 0 ? `${least} to ` : 'at most '}${most} characters.`);
  }
  if (pattern !== undefined && !patternOf(pattern).test(text)) throw wrong(name, text, `a text of the form ^${pattern}$`);
}

const patterns = new Map<string, RegExp>();

function patternOf(source: string): RegExp {
  const known = patterns.get(source);
  if (known !== undefined) return known;
  const made = new RegExp(`^(?:${source})$`, 'u');
  patterns.set(source, made);
  return made;
}

function wrong(name: string, value: unknown, wanted: string): CodeIndexError {
  return new CodeIndexError('invalid_query', `The argument ${quote(name)} cannot be ${quote(value)}.`, `Give ${wanted}.`);
}

/** A value for a sentence: JSON, cut where it is long. */
export function quote(value: unknown): string {
  const text = textOf(value);
  return text.length > 80 ? `${text.slice(0, 77)}..."` : text;
}

function textOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    // Nested so deep that the stack ends before it does.
    return Array.isArray(value) ? '[...]' : '{...}';
  }
}

/** The JSON schema of one field with all its bounds: what is checked is what is told. */
export function boundedSchema(field: Field): Record<string, unknown> {
  const schema = fieldSchema(field);
  switch (field.kind) {
    case 'text':
      return { ...schema, ...textSchema(field) };
    case 'texts': {
      const { description } = schema;
      return { type: 'array', items: { type: 'string', ...textSchema(field) }, ...(description === undefined ? {} : { description }) };
    }
    case 'integer':
      return { ...schema, minimum: field.least, maximum: field.most };
    case 'choice':
      return { type: 'string', ...schema };
    case 'choices':
      return { ...schema, items: { type: 'string', enum: field.values } };
    case 'flag':
      return schema;
  }
}

function textSchema({ least, most, pattern }: TextBounds): Record<string, unknown> {
  return {
    ...(least === undefined ? {} : { minLength: least }),
    ...(most === undefined ? {} : { maxLength: most }),
    ...(pattern === undefined ? {} : { pattern: `^${pattern}$` }),
  };
}

/** The JSON schema of one field as short as can be, for models that read it; texts are left out where they only repeat the name. */
export function fieldSchema(field: Field): Record<string, unknown> {
  const about = field.text === '' ? {} : { description: field.text };
  switch (field.kind) {
    case 'text':
      return { type: 'string', ...about };
    case 'texts':
      return field.shownAs === 'text' ? { type: 'string', ...about } : { type: 'array', items: { type: 'string' }, ...about };
    case 'flag':
      return { type: 'boolean', ...about };
    case 'integer':
      return { type: 'integer', ...about };
    case 'choice':
      return { enum: field.values, ...about };
    case 'choices':
      return { type: 'array', items: field.hidden ? { type: 'string' } : { enum: field.values }, ...about };
  }
}

/** `startLine` of an operation as protocols name it: `start_line`. */
export function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** And back. */
export function camelCase(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
