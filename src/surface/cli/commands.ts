/** The commands, in the order of the help. Flags come from the fields of the operation; a command adds its own words. */
import path from 'node:path';
import { CodeIndexError } from '../../base/mod.ts';
import { OPERATIONS, type Field } from '../../service/mod.ts';
import type { Command, Parsed } from './command.ts';

const { search, symbol, read, similar, status, index, watch, list, add, update, remove, cleanup, reindex, upload, listJobs, showJob, cancelJob, replayJob, secrets, doctor, createToken, listTokens, revokeToken, audit, backup, listBackups, restore, rekey, migrateStore } = OPERATIONS;

export const COMMANDS: readonly Command[] = [
  {
    name: 'index', usage: 'index [path|git-url ...]', text: index.text, operation: index, streams: true,
    own: { watch: { type: 'boolean', text: 'go on, and index every change as it is saved' } },
    toInput: (parsed, { cwd }) => ({ ...parsed.input, targets: parsed.words.length === 0 ? [cwd] : parsed.words }),
    examples: ['code-index index', 'code-index index ../curl --name curl', 'code-index index https://example.org/team/project.git --branch main --branch next'],
  },
  {
    name: 'search', usage: 'search <query...>', text: search.text, operation: search, indexesFirst: true,
    toInput: (parsed) => ({ ...parsed.input, query: parsed.words.join(' ') }),
    examples: ['code-index search parse config file', 'code-index search \'"exact phrase" path:src/**\'', "code-index search '/func \\w+Handler/ lang:go -test'", 'code-index search TODO --all --json'],
  },
  {
    name: 'symbol', usage: 'symbol <name>', text: symbol.text, operation: symbol, indexesFirst: true,
    toInput: (parsed) => ({ ...parsed.input, name: oneWord(parsed, 'name'), ...withDefinition(parsed.input['include']) }),
    examples: ['code-index symbol Parser.parse', 'code-index symbol openStore --references --callers'],
  },
  {
    name: 'outline', usage: 'outline <path>', text: 'Lists what a file defines.', operation: read, without: ['symbol', 'startLine', 'endLine', 'view', 'maxTokens'], indexesFirst: true,
    toInput: (parsed) => ({ ...parsed.input, path: oneWord(parsed, 'path'), view: 'outline' }),
  },
  {
    name: 'read', usage: 'read <path[:a-b]>', text: 'Reads an indexed file, some of its lines, or one symbol.', operation: read, without: ['startLine', 'endLine', 'view', 'maxTokens'], indexesFirst: true,
    toInput: (parsed) => (parsed.words.length === 0 && parsed.input['symbol'] !== undefined ? { ...parsed.input } : { ...parsed.input, ...placeOf(oneWord(parsed, 'path')) }),
    examples: ['code-index read src/main.ts:10-40', 'code-index read --symbol Parser.parse'],
  },
  {
    name: 'similar', usage: 'similar <path:line | path#symbol | ->', text: `${similar.text} With \`-\` the snippet is read from stdin.`, operation: similar, without: ['snippet', 'startLine', 'endLine'], indexesFirst: true,
    toInput: async (parsed, { readStdin }) => {
      if (parsed.words.length === 0 && parsed.input['symbol'] !== undefined) return { ...parsed.input };
      const place = oneWord(parsed, 'place');
      if (place === '-') return { ...parsed.input, snippet: await readStdin() };
      const { path, startLine, endLine } = placeOf(place);
      if (startLine === undefined && /.#[^/]+$/.test(place)) return { ...parsed.input, symbol: place };
      if (startLine === undefined) throw new CodeIndexError('invalid_query', `${JSON.stringify(place)} names no line.`, 'Write it as path:line, path:first-last or path#symbol.');
      return { ...parsed.input, path, startLine, ...(endLine === startLine ? {} : { endLine }) };
    },
  },
  {
    name: 'map', usage: 'map', text: 'Shows the chief files and symbols of the repository, the most referred to first.', operation: read, without: ['path', 'symbol', 'startLine', 'endLine', 'view'], indexesFirst: true,
    toInput: (parsed) => ({ ...parsed.input, view: 'map' }),
  },
  { name: 'repos list', usage: 'repos list', text: list.text, operation: list },
  {
    name: 'repos add', usage: 'repos add <path|git-url>', text: add.text, operation: add, streams: true,
    toInput: (parsed) => ({ ...parsed.input, path: oneWord(parsed, 'path') }),
  },
  { name: 'repos remove', usage: 'repos remove <name>', text: remove.text, operation: remove, toInput: (parsed) => ({ name: oneWord(parsed, 'name') }) },
  {
    name: 'repos update', usage: 'repos update <name>', text: update.text, operation: update, streams: true,
    toInput: (parsed) => ({ ...parsed.input, name: oneWord(parsed, 'name') }),
    examples: ['code-index repos update curl', 'code-index repos update curl --days-to-keep 30', 'code-index repos update curl --pin --purpose "how downloads resume"'],
  },
  {
    name: 'repos upload', usage: 'repos upload <archive> --name <name>', text: upload.text, operation: upload, streams: true,
    toInput: (parsed, { cwd }) => ({ ...parsed.input, file: path.resolve(cwd, oneWord(parsed, 'archive')) }),
  },
  { name: 'repos gc', usage: 'repos gc', text: cleanup.text, operation: cleanup },
  { name: 'jobs list', usage: 'jobs list', text: listJobs.text, operation: listJobs },
  { name: 'jobs show', usage: 'jobs show <id>', text: showJob.text, operation: showJob, toInput: (parsed) => ({ id: oneWord(parsed, 'id') }) },
  { name: 'jobs cancel', usage: 'jobs cancel <id>', text: cancelJob.text, operation: cancelJob, toInput: (parsed) => ({ id: oneWord(parsed, 'id') }) },
  {
    name: 'jobs replay', usage: 'jobs replay <id>', text: replayJob.text, operation: replayJob, toInput: (parsed) => ({ id: oneWord(parsed, 'id') }),
    examples: ['code-index jobs list --state failed', 'code-index jobs replay 0mjk2l0q4003f2a9c1b7e'],
  },
  {
    name: 'reindex', usage: 'reindex [name]', text: reindex.text, operation: reindex, streams: true,
    toInput: (parsed) => ({ ...parsed.input, ...(parsed.words.length === 0 ? {} : { repository: oneWord(parsed, 'name') }) }),
  },
  {
    name: 'status', usage: 'status [name]', text: status.text, operation: status,
    toInput: (parsed) => ({ ...parsed.input, ...(parsed.words.length === 0 ? {} : { repository: oneWord(parsed, 'name') }) }),
  },
  {
    name: 'tokens create', usage: 'tokens create <name>', text: createToken.text, operation: createToken,
    toInput: (parsed) => ({ ...parsed.input, name: oneWord(parsed, 'name') }),
    examples: ['code-index tokens create ci --repo curl --repo router', 'code-index tokens create alice --role maintainer --days-to-keep 90'],
  },
  { name: 'tokens list', usage: 'tokens list', text: listTokens.text, operation: listTokens },
  {
    name: 'tokens revoke', usage: 'tokens revoke [number]', text: revokeToken.text, operation: revokeToken,
    toInput: (parsed) => ({ ...parsed.input, ...(parsed.words.length === 0 ? {} : { id: oneWord(parsed, 'number') }) }),
    examples: ['code-index tokens revoke 2', 'code-index tokens revoke --jwt 5f0c1a', 'code-index tokens revoke --subject alice'],
  },
  { name: 'audit', usage: 'audit', text: audit.text, operation: audit },
  {
    name: 'secrets', usage: 'secrets [name]', text: secrets.text, operation: secrets,
    toInput: (parsed) => ({ ...parsed.input, ...(parsed.words.length === 0 ? {} : { repository: oneWord(parsed, 'name') }) }),
  },
  { name: 'doctor', usage: 'doctor', text: doctor.text, operation: doctor },
  {
    name: 'backup list', usage: 'backup list', text: listBackups.text, operation: listBackups,
    toInput: (parsed, { cwd }) => ({ ...parsed.input, ...inFolder(parsed.input, 'to', cwd) }),
  },
  {
    name: 'backup', usage: 'backup', text: backup.text, operation: backup,
    toInput: (parsed, { cwd }) => {
      if (parsed.words.length > 0) throw new CodeIndexError('invalid_query', `\`code-index backup\` takes no words, but ${JSON.stringify(parsed.words[0])} was given.`, 'See `code-index backup --help`.');
      return { ...parsed.input, ...inFolder(parsed.input, 'to', cwd) };
    },
    examples: ['code-index backup', 'code-index backup --to /mnt/backups --keep-days 30'],
  },
  {
    name: 'restore', usage: 'restore <backup>', text: restore.text, operation: restore,
    toInput: (parsed, { cwd }) => {
      const word = oneWord(parsed, 'backup');
      return { ...parsed.input, backup: /[/\\]/.test(word) ? path.resolve(cwd, word) : word };
    },
  },
  { name: 'rekey', usage: 'rekey', text: rekey.text, operation: rekey, toInput: (parsed, { cwd }) => ({ ...parsed.input, ...inFolder(parsed.input, 'newKeyFile', cwd) }) },
  {
    name: 'migrate-store', usage: 'migrate-store --to <address>', text: migrateStore.text, operation: migrateStore, streams: true,
    toInput: (parsed) => {
      if (parsed.words.length > 0) throw new CodeIndexError('invalid_query', '`code-index migrate-store` takes no words, but one was given.', 'Name the databases with --from and --to.');
      return parsed.input;
    },
    examples: ['code-index migrate-store --to postgresql://mcp_user@db.example.org:5432/codeindex', 'code-index migrate-store --from postgresql://mcp_user@db.example.org:5432/codeindex --to sqlite:copy.db'],
  },
  {
    name: 'watch', usage: 'watch [path ...]', text: watch.text, operation: watch, streams: true,
    toInput: (parsed, { cwd }) => ({ ...parsed.input, targets: parsed.words.length === 0 ? [cwd] : parsed.words }),
  },
  { name: 'mcp', usage: 'mcp', text: 'Serves the Model Context Protocol on stdin and stdout.' },
  { name: 'serve', usage: 'serve', text: 'Serves MCP, REST and the search page over HTTP until it is stopped.' },
  {
    name: 'worker', usage: 'worker', text: 'Does the jobs of servers that share its database and its Redis, until it is stopped; start as many as you like.',
    examples: ['REDIS_URL=redis://localhost:6379 code-index worker --concurrency 2'],
  },
  {
    name: 'install', usage: 'install <claude|cursor|codex|vscode>', text: 'Prints what connects an MCP client to this program; with --write edits the client\'s own settings.',
    own: { write: { type: 'boolean', text: 'edit the settings of the client; a copy of the old file is kept' } },
  },
];

/** The fields that a command offers. */
export function fieldsOf(command: Command): Readonly<Record<string, Field>> {
  const fields = (command.operation?.fields ?? {}) as Readonly<Record<string, Field>>;
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !(command.without ?? []).includes(name)));
}

/** A path as the words give it, seen from the working directory. */
function inFolder(input: Parsed['input'], name: string, cwd: string): Record<string, unknown> {
  const given = input[name];
  return typeof given === 'string' ? { [name]: path.resolve(cwd, given) } : {};
}

function oneWord(parsed: Parsed, what: string): string {
  const [word, more] = parsed.words;
  if (word === undefined) throw new CodeIndexError('invalid_query', `The ${what} is missing.`, `Give one ${what}.`);
  if (more !== undefined) throw new CodeIndexError('invalid_query', `One ${what} is wanted, but ${JSON.stringify(more)} follows.`, 'Put quotes around a name with blanks.');
  return word;
}

/** Flags of relations add to the definitions. */
function withDefinition(include: unknown): { include?: readonly string[] } {
  return Array.isArray(include) ? { include: [...new Set(['definition', ...(include as readonly string[])])] } : {};
}

/** `path`, `path:7` or `path:7-20`. */
function placeOf(word: string): { path: string; startLine?: number; endLine?: number } {
  const found = /^(.+?):(\d+)(?:-(\d+))?$/.exec(word);
  if (found === null) return { path: word };
  const startLine = Number(found[2]);
  return { path: found[1] as string, startLine, endLine: found[3] === undefined ? startLine : Number(found[3]) };
}
