/**
 * Which operation answers which address. Names of parameters are the fields' in snake case, as in the tools of MCP.
 * Everything else is made from this table: the routes, their checks, /openapi.json, /docs and docs/reference/rest.md.
 */
import { LIMITS } from '../../base/mod.ts';
import { OPERATIONS, snakeCase, type AnyOperation, type Field } from '../../service/mod.ts';

export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** As OpenAPI writes it. `{path}` takes everything that follows. */
  readonly path: string;
  readonly operation: AnyOperation;
  /** One phrase where the operation's title does not tell what this address does. */
  readonly title?: string;
  /** Parts of the address that have other names in the operation. */
  readonly renamed?: Readonly<Record<string, string>>;
  /** Given to the operation whatever the caller says; such fields are no parameters. */
  readonly fixed?: Readonly<Record<string, unknown>>;
  /** Fields that are no parameters here. */
  readonly without?: readonly string[];
  /** Answers are kept and carry an ETag. */
  readonly kept?: true;
  /** The list of the answer that is given page by page, and what its items are told apart and sorted by. */
  readonly list?: { readonly name: string; readonly key: (item: never) => string };
  /** The body is an archive and no JSON. */
  readonly upload?: true;
  /** The name of the schema of the answer (schemas.ts). */
  readonly answer: string;
  /** Parameters that work on any index; `$repository`, `$path`, `$root` and `$job` are filled in with what is there. */
  readonly example: Readonly<Record<string, unknown>>;
}

type Entry = Omit<Route, 'operation'> & { readonly operation: string };

const ENTRIES: readonly Entry[] = [
  { method: 'GET', path: '/api/search', operation: 'search', kept: true, answer: 'Answer', example: { query: 'parse', limit: 5 } },
  { method: 'GET', path: '/api/symbols', operation: 'symbol', kept: true, answer: 'SymbolAnswer', example: { name: 'parse', limit: 5 } },
  {
    method: 'GET', path: '/api/references', operation: 'symbol', title: 'Find references', fixed: { include: ['references'] }, kept: true,
    answer: 'SymbolAnswer', example: { name: 'parse', limit: 5 },
  },
  { method: 'GET', path: '/api/similar', operation: 'similar', kept: true, answer: 'Answer', example: { snippet: 'return a < b ? a : b', limit: 5 } },
  { method: 'POST', path: '/api/similar', operation: 'similar', title: 'Find code similar to a long snippet', kept: true, answer: 'Answer', example: { snippet: 'for (const item of items) {\n  if (item.name === name) return item;\n}', limit: 5 } },
  { method: 'GET', path: '/api/files', operation: 'read', kept: true, answer: 'ReadAnswer', example: { view: 'map', max_tokens: 500 } },
  { method: 'GET', path: '/api/files/{repository}/{path}', operation: 'read', title: 'Read a file', without: ['symbol'], kept: true, answer: 'ReadAnswer', example: { repository: '$repository', path: '$path', start_line: 1 } },
  { method: 'GET', path: '/api/status', operation: 'status', answer: 'StatusAnswer', example: {} },
  { method: 'GET', path: '/api/repositories', operation: 'repos list', list: { name: 'repositories', key: (item: { name: string }) => item.name }, answer: 'RepositoryList', example: { limit: 10 } },
  { method: 'GET', path: '/api/repositories/{name}', operation: 'status', title: 'Status of a repository', renamed: { name: 'repository' }, answer: 'StatusAnswer', example: { name: '$repository' } },
  { method: 'GET', path: '/api/repositories/{name}/skipped', operation: 'repos skipped', answer: 'SkippedList', example: { name: '$repository', limit: 10 } },
  { method: 'GET', path: '/api/repositories/{name}/secrets', operation: 'repos secrets', renamed: { name: 'repository' }, answer: 'SecretList', example: { name: '$repository', limit: 10 } },
  { method: 'POST', path: '/api/repositories', operation: 'repos add', answer: 'Indexed', example: { path: '$root', purpose: 'reference' } },
  { method: 'PATCH', path: '/api/repositories/{name}', operation: 'repos update', title: 'Change what is said of a repository', answer: 'Indexed', example: { name: '$repository', purpose: 'reference' } },
  { method: 'POST', path: '/api/repositories/{name}/update', operation: 'repos update', title: 'Fetch and index', without: ['purpose', 'language', 'daysToKeep', 'pin', 'rename'], answer: 'Indexed', example: { name: '$repository' } },
  { method: 'DELETE', path: '/api/repositories/{name}', operation: 'repos remove', answer: 'Removed', example: { name: '$repository' } },
  { method: 'POST', path: '/api/repositories/{name}/reindex', operation: 'reindex', renamed: { name: 'repository' }, answer: 'Indexed', example: { name: '$repository' } },
  { method: 'POST', path: '/api/repositories/cleanup', operation: 'repos gc', answer: 'Removed', example: {} },
  { method: 'POST', path: '/api/uploads', operation: 'repos upload', upload: true, without: ['file'], answer: 'Indexed', example: { name: 'uploaded-project' } },
  { method: 'GET', path: '/api/jobs', operation: 'jobs list', answer: 'JobList', example: { limit: 10 } },
  { method: 'GET', path: '/api/jobs/{id}', operation: 'jobs show', answer: 'JobAnswer', example: { id: '$job' } },
  { method: 'DELETE', path: '/api/jobs/{id}', operation: 'jobs cancel', answer: 'JobAnswer', example: { id: '$job' } },
  { method: 'POST', path: '/api/jobs/{id}/replay', operation: 'jobs replay', answer: 'JobAnswer', example: { id: '$job' } },
];

const BY_NAME = new Map<string, AnyOperation>(Object.values(OPERATIONS).map((operation) => [operation.name, operation]));

export const ROUTES: readonly Route[] = ENTRIES.flatMap(({ operation, ...entry }) => {
  const found = BY_NAME.get(operation);
  return found === undefined ? [] : [{ ...entry, operation: found }];
});

const LIMIT: Field = { kind: 'integer', least: 1, most: LIMITS.pageResults, text: 'items of one page; default 100' };
const CURSOR: Field = { kind: 'text', most: 10_000, text: 'handle of the next page' };
const REQUIRED_TEXT = ['query', 'name'];

/** Whether the route changes something, and so is there only where repositories are managed. */
export function changes({ method, operation }: Route): boolean {
  return method !== 'GET' && operation.effect !== 'read';
}

/** The names in the address, in order. */
export function placesOf({ path }: Route): readonly string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string);
}

/** The parameters of a route by the names that callers use. A query has at most `maxQueryChars` characters. */
export function parametersOf(route: Route, maxQueryChars: number): Readonly<Record<string, Field>> {
  const { operation, without = [], fixed = {}, renamed = {} } = route;
  const shown = new Map(Object.entries(renamed).map(([place, field]) => [field, place]));
  const places = placesOf(route);
  const own = Object.entries(operation.fields as Readonly<Record<string, Field>>)
    .filter(([name, field]) => field.only !== 'command' && !without.includes(name) && !Object.hasOwn(fixed, name))
    .map(([name, field]): [string, Field] => {
      const called = shown.get(name) ?? snakeCase(name);
      const bounds = REQUIRED_TEXT.includes(name) && field.kind === 'text' ? { least: 1, most: maxQueryChars } : {};
      return [called, { ...field, ...bounds, ...(places.includes(called) ? { required: true as const } : {}) } as Field];
    });
  return { ...Object.fromEntries(own), ...(route.list === undefined ? {} : { limit: LIMIT, cursor: CURSOR }) };
}

/** Parameters that stand in a JSON body rather than in the query. */
export function hasBody(route: Route): boolean {
  return (route.method === 'POST' || route.method === 'PATCH') && route.upload !== true;
}
