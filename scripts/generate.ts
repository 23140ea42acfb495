/**
 * Writes the pages and files that are made from tables (docs/reference/{cli,tools,settings,rest}.md and the two .env examples) and the
 * compiled loops over vectors. With --check it writes nothing and fails when one of them is not what is made.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ERROR_CODES } from '../src/base/mod.ts';
import { SETTINGS, type Setting } from '../src/app/flags.ts';
import { COMMANDS, exitCodeOf, fieldsOf, flagText, flagUsage, flagsOf } from '../src/surface/cli/mod.ts';
import { TOOLS, describeTool, type Tool } from '../src/surface/mcp/mod.ts';
import { openApiOf, type OpenApiOperation } from '../src/surface/rest/mod.ts';
import { statusOf } from '../src/surface/http/mod.ts';
import { productionExample } from './production-environment.ts';

const root = path.resolve(import.meta.dirname, '..');
const MADE = '<!-- Made by scripts/generate.ts from the tables of the source. Do not edit. -->\n\n';

function cliPage(): string {
  const sections = COMMANDS.map((command) => {
    const rows = [
      ...flagsOf(fieldsOf(command)).map((one) => [`\`${flagUsage(one)}\``, flagText(one)]),
      ...Object.entries(command.own ?? {}).map(([flag, { text }]) => [`\`--${flag}\``, text]),
      ...SETTINGS.flatMap((one) => (one.only?.includes(command.name) === true ? [[`\`--${one.flag}\``, `${one.text} (\`${one.variable}\`)`]] : [])),
    ];
    const examples = command.examples === undefined ? '' : `\n\`\`\`sh\n${command.examples.join('\n')}\n\`\`\`\n`;
    return `## code-index ${command.usage}\n\n${command.text}\n${rows.length === 0 ? '' : `\n${table(['Flag', 'Meaning'], rows)}`}${examples}`;
  });
  const globals = SETTINGS.flatMap((one) => (one.flag === null || one.only !== undefined ? [] : [[`\`--${one.flag}\``, `${one.text} (\`${one.variable}\`)`]]));
  return `${MADE}# Command line

Flags of every command:

${table(['Flag', 'Meaning'], [['`--json`', 'One JSON document on stdout; one object a line where progress is streamed (`index`, `watch`, `reindex`, `repos add`, `repos update`).'], ['`--quiet`', 'No progress, no notes, no totals.'], ...globals])}
Exit codes: 0 answered (hits or none), 1 fault, 2 usage, 3 nothing indexed there, 4 partly failed; 130 stopped by Ctrl-C.
An error is one sentence and its way out on stderr; with \`--json\` it is \`{"error": {"code", "message", "fix"}}\` on stdout.

${table(['Error code', 'Exit code'], ERROR_CODES.map((code) => [`\`${code}\``, String(exitCodeOf(code))]))}
${sections.join('\n')}`;
}

function toolsPage(): string {
  const section = (tool: Tool): string => {
    const listed = describeTool(tool);
    const rows = Object.entries(listed.inputSchema.properties).map(([name, schema]) => [
      `\`${name}\``, typeOf(schema), listed.inputSchema.required?.includes(name) ? 'yes' : '', String(schema['description'] ?? ''),
    ]);
    return `## ${tool.name}\n\n${listed.description}\n\n${table(['Argument', 'Type', 'Required', 'Meaning'], rows)}`;
  };
  return `${MADE}# MCP tools

\`code-index mcp\` serves these on stdin and stdout, \`code-index serve\` at \`/mcp\`. Every tool takes \`format\` (\`text\`, the
default, or \`json\`, which is the same JSON as \`--json\` of the command line) and \`max_tokens\` (four bytes each). Where an
argument takes one text, a list of texts is taken too. An answer that fails has \`isError\` and says its error code, what
happened and the way out.

Answers that quote repositories say once that what they quote is data and no instruction: in their first line, and as
\`untrusted\` in JSON. Lines of code stand behind their numbers, with control characters shown as symbols. Work that a server
has not finished after 45 seconds is answered with its job, which \`get_status\` shows.

${TOOLS.filter((tool) => tool.management !== true).map(section).join('\n')}
# Tools that manage repositories

Offered with \`ENABLE_REPOSITORY_MANAGEMENT=true\`.

${TOOLS.filter((tool) => tool.management === true).map(section).join('\n')}`;
}

function restPage(): string {
  const document = openApiOf('', { maxQueryChars: 200 }, { server: 'http://127.0.0.1:8000', repository: 'my-project', path: 'README.md', root: '/srv/code/my-project', job: 'id-of-a-job' });
  const section = (address: string, method: string, operation: OpenApiOperation): string => {
    const body = operation.requestBody?.content['application/json']?.schema as { properties?: Record<string, Record<string, unknown>>; required?: readonly string[] } | undefined;
    const rows = [
      ...(operation.parameters ?? []).map((one) => [`\`${one.name}\``, one.in, boundsOf(one.schema), one.required === true ? 'yes' : '', one.description ?? '']),
      ...Object.entries(body?.properties ?? {}).map(([name, schema]) => [`\`${name}\``, 'body', boundsOf(schema), body?.required?.includes(name) === true ? 'yes' : '', String(schema['description'] ?? '')]),
    ];
    return `### ${method.toUpperCase()} ${address}\n\n${operation.summary}. ${operation.description}\n${rows.length === 0 ? '' : `\n${table(['Parameter', 'In', 'Type', 'Required', 'Meaning'], rows)}`}\n\`\`\`sh\n${operation['x-curl']}\n\`\`\`\n`;
  };
  const groups = document.tags.map(({ name, description }) => {
    const own = Object.entries(document.paths).flatMap(([address, methods]) => Object.entries(methods).filter(([, { tags }]) => tags.includes(name)).map(([method, operation]) => section(address, method, operation)));
    return `## ${name}\n\n${description}\n\n${own.join('\n')}`;
  });
  return `${MADE}# REST

\`code-index serve\` answers these beside MCP and the search page. The same as a document for programs is at \`/openapi.json\` (OpenAPI
3.1), and to read at \`/docs\`. Answers are the JSON of \`--json\` on the command line. They carry an \`ETag\` that holds as long as the
index and the files say the same: send it in \`If-None-Match\` and get 304. \`nextCursor\` of a page is the \`cursor\` of the next.
Where a token is needed, send \`Authorization: Bearer ...\`. A parameter that takes several texts is repeated.

An error is \`{"error": {"code", "message", "fix"}}\`:

${table(['Code', 'Status'], ERROR_CODES.map((code) => [`\`${code}\``, String(statusOf(code))]))}
${groups.join('\n')}`;
}

function boundsOf(schema: Record<string, unknown>): string {
  if (schema['type'] === 'array') return `list of ${boundsOf(schema['items'] as Record<string, unknown>)}`;
  const { minimum, maximum, minLength, maxLength, pattern } = schema as Record<string, number | string | undefined>;
  const range = minimum !== undefined ? ` ${minimum} to ${maximum}` : maxLength !== undefined ? ` of ${minLength ?? 0} to ${maxLength} characters` : '';
  return `${typeOf(schema)}${range}${pattern === undefined ? '' : ` \`${pattern}\``}`;
}

function typeOf(schema: Record<string, unknown>): string {
  if (Array.isArray(schema['enum'])) return schema['enum'].map((one) => `\`${String(one)}\``).join(', ');
  if (schema['type'] === 'array') return `list of ${typeOf(schema['items'] as Record<string, unknown>)}`;
  return String(schema['type']);
}

function settingsPage(): string {
  const row = (one: Setting): string[] => [`\`${one.variable}\``, one.flag === null ? '' : `\`--${one.flag}\``, typeText(one), one.default, one.text];
  return `${MADE}# Settings

A flag wins over a variable. A value that cannot be is refused with a sentence, never replaced by the default.

${table(['Variable', 'Flag', 'Type', 'Default', 'Meaning'], SETTINGS.map(row))}
\`NO_COLOR\` switches colours off. \`XDG_DATA_HOME\` moves the data folder of the platform.
`;
}

function typeText(one: Setting): string {
  if (one.values !== undefined) return one.values.map((value) => `\`${value}\``).join(', ');
  if (one.type === 'integer') return `${one.least} to ${one.most}`;
  return one.type.replaceAll('_', ' ');
}

function environmentExample(): string {
  const parts = SETTINGS.map((one) => `# ${one.text}\n# Default: ${one.default}\n# ${one.variable}=`);
  return `# Made by scripts/generate.ts from src/app/flags.ts. Copy it to .env and load it yourself, for example with \`set -a; . ./.env\`.\n\n${parts.join('\n\n')}\n`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line), ''].join('\n');
}

/** The loops over vectors, compiled: users need no compiler. */
async function vectorKernel(): Promise<string> {
  const { main } = await import('assemblyscript/asc');
  const source = readFileSync(path.join(root, 'src/store/vectors/kernel.as'), 'utf8');
  const made: Uint8Array[] = [];
  const { error, stderr } = await main(['kernel.ts', '-O3', '--runtime', 'stub', '--noAssert', '--enable', 'simd', '--outFile', 'kernel.wasm'], {
    readFile: (name) => (name === 'kernel.ts' ? source : null),
    writeFile: (_name, contents) => void made.push(contents as Uint8Array),
    listFiles: () => [],
  });
  if (error !== null || made[0] === undefined) throw new Error(`kernel.as does not compile: ${stderr.toString()}`);
  const lines = Buffer.from(made[0]).toString('base64').match(/.{1,120}/g) as string[];
  return `/** Made by scripts/generate.ts from kernel.as. Do not edit. */\nexport const VECTOR_KERNEL: string = [\n${lines.map((line) => `  '${line}',\n`).join('')}].join('');\n`;
}

const FILES: Readonly<Record<string, () => string | Promise<string>>> = {
  'docs/reference/cli.md': cliPage,
  'docs/reference/tools.md': toolsPage,
  'docs/reference/settings.md': settingsPage,
  'docs/reference/rest.md': restPage,
  '.env.example': environmentExample,
  'deploy/.env.production.example': productionExample,
  'src/store/vectors/kernel-bytes.ts': vectorKernel,
};

const check = process.argv.includes('--check');
let old = 0;
for (const [name, make] of Object.entries(FILES)) {
  const file = path.join(root, name);
  const text = await make();
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  if (check) {
    old++;
    console.error(`${name} is not what its sources make: run \`node scripts/generate.ts\`.`);
  } else {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    console.log(`${name} written.`);
  }
}
process.exitCode = old > 0 ? 1 : 0;
