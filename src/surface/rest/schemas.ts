/** What answers look like, as JSON schemas (2020-12, as OpenAPI 3.1 takes them). A test holds real answers against them. */
import { ERROR_CODES } from '../../base/mod.ts';
import { JOB_STATES, MODES, ROLES, SKIP_REASONS, SYMBOL_KINDS, TEXT_ONLY_REASONS } from '../../domain/mod.ts';
import { RELATIONS } from '../../search/mod.ts';

export type Schema = Readonly<Record<string, unknown>>;

const text: Schema = { type: 'string' };
const integer: Schema = { type: 'integer' };
const number: Schema = { type: 'number' };
const truth: Schema = { type: 'boolean' };
const time: Schema = { type: 'string', format: 'date-time' };

function about(schema: Schema, description: string): Schema {
  return { ...schema, description };
}

function refer(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}

function list(items: Schema): Schema {
  return { type: 'array', items };
}

function orNull(schema: Schema): Schema {
  const { type } = schema;
  return typeof type === 'string' && schema['enum'] === undefined ? { ...schema, type: [type, 'null'] } : { anyOf: [schema, { type: 'null' }] };
}

function oneOf(values: readonly string[]): Schema {
  return { type: 'string', enum: values };
}

function counts(values: Schema = integer): Schema {
  return { type: 'object', additionalProperties: values };
}

/** All properties are there, but for those whose name ends in `?`. */
function object(properties: Readonly<Record<string, Schema>>): Schema {
  const names = Object.keys(properties);
  return {
    type: 'object',
    properties: Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name.replace(/\?$/, ''), schema])),
    required: names.filter((name) => !name.endsWith('?')),
  };
}

const RESULT: Readonly<Record<string, Schema>> = {
  repository: text,
  branch: orNull(text),
  path: about(text, 'Relative to the root of the repository, with /.'),
  language: text,
  startLine: about(integer, '1-based; ends are inclusive.'),
  endLine: integer,
  score: number,
  kind: oneOf(['line', 'chunk', 'symbol', 'file']),
  symbol: orNull(refer('ResultSymbol')),
  snippet: text,
  matches: list(refer('Match')),
  freshness: refer('Freshness'),
  why: about(list(text), 'Why it is here and ranks where it does.'),
  'enclosing?': list(refer('SymbolHead')),
  'neighbours?': list(refer('SymbolHead')),
  'alsoAt?': about(list(object({ repository: text, branch: orNull(text), path: text })), 'Other places of the same or nearly the same code.'),
  'whole?': object({ startLine: integer, endLine: integer }),
};

function answerOf(result: string): Schema {
  return object({
    query: text,
    mode: oneOf(MODES.filter((mode) => mode !== 'auto')),
    total: object({ value: integer, exact: truth }),
    tookMs: about(number, 'Milliseconds that it took when it was made; an answer that was kept says the same.'),
    nextCursor: about(orNull(text), 'The parameter `cursor` of the next page; null on the last.'),
    results: list(refer(result)),
    coverage: refer('Coverage'),
    freshness: refer('AnswerFreshness'),
    notes: about(list(text), 'What was left out of this answer and why.'),
  });
}

const JOB_FIELDS: Readonly<Record<string, Schema>> = {
  id: about(text, 'Unique; sorts by age.'),
  request: about({ type: 'object', properties: { kind: text }, required: ['kind'], additionalProperties: true }, 'What is to be done.'),
  repository: about(text, 'Name of the repository; empty for all.'),
  state: oneOf(JOB_STATES),
  by: about(text, 'Who asked.'),
  attempts: integer,
  createdAt: time,
  startedAt: orNull(time),
  finishedAt: orNull(time),
  progress: about({ type: ['object', 'null'] }, 'The last that was told: its `kind`, and `done` of `total` where they are known.'),
  result: { type: ['object', 'null'] },
  error: orNull(object({ code: text, message: text, fix: text })),
};

export const SCHEMAS: Readonly<Record<string, Schema>> = {
  Answer: answerOf('Result'),
  SymbolAnswer: answerOf('SymbolResult'),
  Result: object(RESULT),
  SymbolResult: object({ ...RESULT, relation: oneOf(RELATIONS), role: oneOf(ROLES), tier: oneOf(['resolved', 'candidate', 'unresolved']), method: about(text, 'How the edge was found.') }),
  ResultSymbol: object({ name: text, kind: refer('SymbolKind'), container: orNull(text), signature: orNull(text) }),
  SymbolHead: object({ name: text, kind: refer('SymbolKind'), signature: orNull(text), startLine: integer, endLine: integer }),
  SymbolKind: oneOf(SYMBOL_KINDS),
  Match: object({ line: about(integer, '1-based.'), column: about(integer, '1-based, UTF-16 units.'), length: about(integer, 'UTF-16 units.') }),
  Freshness: about(oneOf(['fresh', 'edited', 'stale']), '`fresh`: as on disk and in the commit; `edited`: an edit not committed yet, indexed; `stale`: the file changed after it was indexed.'),
  Coverage: object({ repositories: list(text), filesSearched: integer, filesSkipped: integer, skippedBecause: counts() }),
  AnswerFreshness: object({ indexedCommit: orNull(text), headCommit: orNull(text), pendingFiles: integer, pendingSymbols: integer, indexedAt: orNull(time) }),
  OutlineItem: object({ name: text, kind: refer('SymbolKind'), signature: orNull(text), startLine: integer, endLine: integer, depth: integer, exported: truth }),
  ReadAnswer: object({
    repository: text, branch: orNull(text), path: orNull(text), language: orNull(text), startLine: integer, endLine: integer, totalLines: integer,
    text: about(text, 'The lines without numbers; empty for outlines and maps.'),
    enclosing: orNull(refer('OutlineItem')), outline: list(refer('OutlineItem')),
    map: list(object({ path: text, symbols: list(refer('OutlineItem')) })), truncated: truth, fileFreshness: orNull(refer('Freshness')),
    coverage: refer('Coverage'), freshness: refer('AnswerFreshness'),
  }),
  ViewStatus: {
    ...object({
      kind: oneOf(['worktree', 'branch', 'commit']), branch: orNull(text), root: orNull(text), commit: orNull(text), indexedAt: orNull(time),
      files: integer, pendingFiles: integer, pendingSymbols: integer, skipped: counts(),
    }),
  },
  RepositoryStatus: object({
    name: text, root: text, url: orNull(text), purpose: orNull(text), createdAt: time, expiresAt: orNull(time),
    files: integer, sourceBytes: integer, symbols: integer, occurrences: integer, masked: truth, secrets: integer, languages: counts(object({ files: integer, bytes: integer })),
    vectors: object({ files: integer, models: counts() }), views: list(refer('ViewStatus')),
  }),
  StatusAnswer: object({
    version: text, dataDir: text, databaseBytes: integer, workspace: list(text), activity: list(text),
    embedding: object({ provider: text, model: orNull(text), lastFailure: orNull(object({ time, message: text })) }),
    repositories: list(refer('RepositoryStatus')), 'skipped?': list(refer('SkippedFile')),
  }),
  Repository: object({
    name: text, root: text, url: orNull(text), purpose: orNull(text), language: orNull(text), branches: list(text),
    files: integer, sourceBytes: integer, symbols: integer, chunks: integer, vectors: integer, databaseBytes: about(orNull(integer), 'Its part of the database, roughly.'),
    pendingFiles: integer, pendingSymbols: integer, createdAt: time, indexedAt: orNull(time), expiresAt: orNull(time),
    fetchedAt: orNull(time), fetchFailure: orNull(text), jobs: about(list(refer('Job')), 'Work on it that waits or runs.'),
  }),
  RepositoryList: object({ repositories: list(refer('Repository')), nextCursor: orNull(text) }),
  SkippedFile: object({ repository: text, branch: orNull(text), path: text, reason: oneOf([...SKIP_REASONS, ...TEXT_ONLY_REASONS]), kept: oneOf(['nothing', 'text']), size: integer }),
  SkippedList: object({ skipped: list(refer('SkippedFile')), nextCursor: orNull(text) }),
  SecretLine: object({ repository: text, branch: orNull(text), path: text, line: integer, column: integer, rule: about(text, 'What it was taken for.'), sha256: about(text, 'Of its text, hexadecimal: what a line of SECRETS_ALLOW_FILE names.') }),
  SecretList: object({ masked: truth, secrets: list(refer('SecretLine')), nextCursor: orNull(text) }),
  Job: object(JOB_FIELDS),
  JobAnswer: object({ job: refer('Job') }),
  Indexed: object({
    repositories: about(list({ type: 'object' }), 'What was indexed, where that has ended already.'), 'job?': about(refer('Job'), 'The job that does it.'),
    'jobs?': about(list(refer('Job')), 'All of them, where there are several.'), 'changed?': about(refer('Repository'), 'Where nothing had to be indexed: the repository as it is now.'),
  }),
  Removed: object({ removed: list(text), 'job?': about(refer('Job'), 'The job that does it.') }),
  JobList: object({ jobs: list(refer('Job')), nextCursor: orNull(text) }),
  Error: object({ error: object({ code: oneOf(ERROR_CODES), message: about(text, 'What happened, one sentence.'), fix: about(text, 'The way out, one sentence.') }) }),
};
