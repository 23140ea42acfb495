import type { FastifyRequest } from 'fastify';
import { CodeIndexError } from '../../base/mod.ts';
import { camelCase, checkInput, quote, type Field } from '../../service/mod.ts';
import { hasBody, parametersOf, placesOf, type Route } from './routes.ts';

export interface Given {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  readonly body: unknown;
}

/** The checked input of one request, by the names of the operation. `list` pages keep theirs beside it. */
export interface Asked {
  readonly input: Readonly<Record<string, unknown>>;
  readonly limit: number | undefined;
  readonly cursor: string | undefined;
}

/** Makes the check of one route once. Its errors are `invalid_query` and name the parameter as the caller wrote it. */
export function checkOf(route: Route, maxQueryChars: number): (given: Given) => Asked {
  const fields = parametersOf(route, maxQueryChars);
  const places = placesOf(route);
  const bodied = hasBody(route);
  const { renamed = {}, fixed = {}, list } = route;
  return ({ params, query, body }) => {
    const raw: Record<string, unknown> = Object.create(null);
    for (const place of places) raw[place] = params[place === 'path' ? '*' : place];
    for (const [name, value] of Object.entries(query)) {
      if (bodied || places.includes(name)) throw stray(name, bodied ? 'the JSON body' : 'the address');
      raw[name] = ofQuery(name, fields[name], value);
    }
    if (bodied) Object.assign(raw, ofBody(body, fields, places));
    else if (body !== undefined && body !== null && route.upload !== true) throw new CodeIndexError('invalid_query', 'This request takes no body.', 'Leave it out.');
    const checked = checkInput<Record<string, unknown>>(fields, raw);
    const input: Record<string, unknown> = { ...fixed };
    for (const [name, value] of Object.entries(checked)) {
      if (list === undefined || (name !== 'limit' && name !== 'cursor')) input[renamed[name] ?? camelCase(name)] = value;
    }
    return { input, limit: checked['limit'] as number | undefined, cursor: checked['cursor'] as string | undefined };
  };
}

/** What Fastify read of a request. */
export function givenIn(request: FastifyRequest): Given {
  return { params: request.params as Given['params'], query: request.query as Given['query'], body: request.body };
}

/** Texts of the query become what the field says, strictly: `limit=1e3` is no number and `all=yes` no truth. */
function ofQuery(name: string, field: Field | undefined, value: string | readonly string[]): unknown {
  if (field === undefined || field.kind === 'texts' || field.kind === 'choices') return value;
  if (typeof value !== 'string') throw new CodeIndexError('invalid_query', `The argument ${quote(name)} was given ${value.length} times.`, 'Give it once.');
  if (field.kind !== 'flag') return value;
  if (value !== 'true' && value !== 'false') throw new CodeIndexError('invalid_query', `The argument ${quote(name)} cannot be ${quote(value)}.`, 'Give true or false.');
  return value === 'true';
}

/** JSON has types of its own: a text is no number here. */
function ofBody(body: unknown, fields: Readonly<Record<string, Field>>, places: readonly string[]): Record<string, unknown> {
  if (body === undefined || body === null) return {};
  if (typeof body !== 'object' || Array.isArray(body)) throw new CodeIndexError('invalid_query', `The body cannot be ${quote(body)}.`, 'Send a JSON object of the parameters.');
  for (const [name, value] of Object.entries(body)) {
    if (places.includes(name)) throw stray(name, 'the address');
    if (fields[name]?.kind === 'integer' && typeof value === 'string') {
      throw new CodeIndexError('invalid_query', `The argument ${quote(name)} cannot be ${quote(value)}.`, 'Give a number without quotes.');
    }
  }
  return body as Record<string, unknown>;
}

function stray(name: string, where: string): CodeIndexError {
  return new CodeIndexError('invalid_query', `The argument ${quote(name)} does not belong into the query of this request.`, `Give it in ${where}.`);
}
