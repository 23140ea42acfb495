/** Connects MCP clients: prints their settings, or edits them where asked to. Only files of the user's client are touched. */
import { copyFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CodeIndexError } from '../../base/mod.ts';
import type { CliContext, Parsed } from './command.ts';
import { EXIT } from './exit.ts';
import type { Terminal } from './terminal.ts';

interface Client {
  readonly title: string;
  /** The client's own settings of this user. */
  file(context: Pick<CliContext, 'home' | 'platform'>): string;
  /** The settings with our entry in them; the same text when it is there already. */
  edit(text: string, command: readonly string[], file: string): string;
}

const NAME = 'code-index';

const CLIENTS: Readonly<Record<string, Client>> = {
  claude: {
    title: 'Claude Code',
    file: ({ home }) => path.join(home, '.claude.json'),
    edit: (text, command, file) => editJson(text, 'mcpServers', { type: 'stdio', ...commandOf(command) }, file),
  },
  cursor: {
    title: 'Cursor',
    file: ({ home }) => path.join(home, '.cursor', 'mcp.json'),
    edit: (text, command, file) => editJson(text, 'mcpServers', commandOf(command), file),
  },
  codex: {
    title: 'Codex',
    file: ({ home }) => path.join(home, '.codex', 'config.toml'),
    edit: editToml,
  },
  vscode: {
    title: 'Visual Studio Code',
    file: ({ home, platform }) => path.join(home, ...(platform === 'darwin' ? ['Library', 'Application Support'] : platform === 'win32' ? ['AppData', 'Roaming'] : ['.config']), 'Code', 'User', 'mcp.json'),
    edit: (text, command, file) => editJson(text, 'servers', { type: 'stdio', ...commandOf(command) }, file),
  },
};

export async function install(context: CliContext, parsed: Parsed, terminal: Terminal): Promise<number> {
  const [name = '', more] = parsed.words;
  const client = Object.hasOwn(CLIENTS, name) ? CLIENTS[name] : undefined;
  if (client === undefined || more !== undefined) {
    throw new CodeIndexError('invalid_query', name === '' ? 'No client was named.' : `There is no client ${JSON.stringify(more ?? name)}.`, `Use one of: ${Object.keys(CLIENTS).join(', ')}.`);
  }
  const dataDir = parsed.globals['data-dir'];
  const command = [...context.launcher, 'mcp', ...(dataDir === undefined ? [] : ['--data-dir', path.resolve(context.cwd, dataDir)])];
  const file = client.file(context);
  const snippet = client.edit('', command, file);
  if (parsed.own['write'] !== true) {
    if (terminal.json) terminal.stdout.write(`${JSON.stringify({ client: name, file, snippet, written: false })}\n`);
    else terminal.stdout.write(`${terminal.quiet ? '' : `Put this into ${file} of ${client.title}, or run \`code-index install ${name} --write\`:\n\n`}${snippet}`);
    return EXIT.answered;
  }
  const written = await writeSettings(file, (text) => client.edit(text, command, file));
  if (terminal.json) terminal.stdout.write(`${JSON.stringify({ client: name, file, snippet, written })}\n`);
  else if (!terminal.quiet) terminal.stdout.write(written ? `${client.title} knows code-index now: ${file}. Start it anew.\n` : `${client.title} knew code-index already: ${file}.\n`);
  return EXIT.answered;
}

function commandOf(command: readonly string[]): { command: string; args: readonly string[] } {
  const [program = '', ...args] = command;
  return { command: program, args };
}

/** Writes the edited text beside the file and renames it, so that the client never sees half of it. False: nothing to do. */
async function writeSettings(file: string, edit: (text: string) => string): Promise<boolean> {
  const before = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new CodeIndexError('unavailable', `${file} cannot be read: ${error.message}.`, 'Mend it, or put the snippet in by hand.', { cause: error });
  });
  const after = edit(before ?? '');
  if (after === before) return false;
  await mkdir(path.dirname(file), { recursive: true });
  if (before !== null) await copyFile(file, `${file}.before-code-index`);
  await writeFile(`${file}.new-code-index`, after, { mode: 0o600 });
  await rename(`${file}.new-code-index`, file);
  return true;
}

function editJson(text: string, key: string, entry: Readonly<Record<string, unknown>>, file: string): string {
  const settings = text.trim() === '' ? {} : parseJson(text, file);
  const servers = settings[key] ?? {};
  if (typeof servers !== 'object' || Array.isArray(servers)) throw byHand(file, `its "${key}" is no object`);
  const known = (servers as Record<string, unknown>)[NAME];
  const merged = { ...(typeof known === 'object' ? known : {}), ...entry };
  if (JSON.stringify(known) === JSON.stringify(merged)) return text;
  const indent = /^\{\r?\n([ \t]+)/.exec(text)?.[1] ?? '  ';
  return `${JSON.stringify({ ...settings, [key]: { ...servers, [NAME]: merged } }, null, indent)}\n`;
}

function parseJson(text: string, file: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Said below: comments are lost by rewriting, so a file with them is left to its owner.
  }
  throw byHand(file, 'it is not plain JSON');
}

function editToml(text: string, command: readonly string[], file: string): string {
  const { command: program, args } = commandOf(command);
  const wanted = [`command = ${JSON.stringify(program)}`, `args = [${args.map((one) => JSON.stringify(one)).join(', ')}]`];
  const lines = text === '' ? [] : text.split('\n');
  const head = lines.findIndex((line) => /^\s*\[\s*mcp_servers\s*\.\s*"?code-index"?\s*\]/.test(line));
  if (head < 0) return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${text.trim() === '' ? '' : '\n'}[mcp_servers.${NAME}]\n${wanted.join('\n')}\n`;
  let end = lines.findIndex((line, at) => at > head && /^\s*\[/.test(line));
  if (end < 0) end = lines.length;
  const body = lines.slice(head + 1, end);
  if (body.some((line) => /^\s*args\s*=\s*\[[^\]]*$/.test(line))) throw byHand(file, 'its args of code-index go over several lines');
  const kept = body.filter((line) => !/^\s*(command|args)\s*=/.test(line));
  return [...lines.slice(0, head + 1), ...wanted, ...kept, ...lines.slice(end)].join('\n');
}

function byHand(file: string, why: string): CodeIndexError {
  return new CodeIndexError('conflict', `${file} cannot be edited safely: ${why}.`, 'Put the snippet that `code-index install` prints in by hand.');
}
