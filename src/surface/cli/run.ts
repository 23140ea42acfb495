import { CodeIndexError, asCodeIndexError } from '../../base/mod.ts';
import { checkInput, indexFirst, plural, runOperation, type Service } from '../../service/mod.ts';
import { parseArguments } from './arguments.ts';
import type { CliContext, Command, Parsed } from './command.ts';
import { COMMANDS, fieldsOf } from './commands.ts';
import { EXIT, exitCodeOf } from './exit.ts';
import { progressView } from './progress-bar.ts';
import { COLOURS, PLAIN, type Terminal } from './terminal.ts';

/** Runs one command and gives the exit code. Throws nothing but a broken pipe. */
export async function runCli(context: CliContext): Promise<number> {
  const json = context.argv.includes('--json');
  try {
    return await dispatch(context);
  } catch (thrown) {
    const error = asCodeIndexError(thrown, `code-index ${context.argv[0] ?? ''}`.trim());
    if (json) context.stdout.write(`${JSON.stringify(error.toJSON())}\n`);
    else context.stderr.write(`code-index: ${error.message} ${error.fix}\n`);
    return context.signal.aborted ? 130 : exitCodeOf(error.code);
  }
}

async function dispatch(context: CliContext): Promise<number> {
  const [first, second] = context.argv;
  const colour = !context.noColour && context.stdout.isTTY === true;
  const paint = colour ? COLOURS : PLAIN;
  if (first === '--version' || first === 'version') {
    context.stdout.write(`${context.version}\n`);
    return EXIT.answered;
  }
  const command = COMMANDS.find((one) => one.name === first || one.name === `${first} ${second}`);
  if (first === undefined || first === '--help' || first === '-h' || first === 'help') {
    const { commandHelp, overview } = await import('./help.ts');
    const about = COMMANDS.find((one) => one.name === context.argv.slice(1).join(' ') && first === 'help');
    context.stdout.write(about === undefined ? overview(COMMANDS, context.globals, paint) : commandHelp(about, context.globals, paint));
    return first === undefined ? EXIT.usage : EXIT.answered;
  }
  if (command === undefined) throw unknownCommand(context.argv);
  const argv = context.argv.slice(command.name.split(' ').length);
  const parsed = parseArguments(command, fieldsOf(command), argv, context.globals);
  if (parsed.help) {
    const { commandHelp } = await import('./help.ts');
    context.stdout.write(commandHelp(command, context.globals, paint));
    return EXIT.answered;
  }
  const terminal: Terminal = { stdout: context.stdout, stderr: context.stderr, colour, quiet: parsed.quiet, json: parsed.json };
  if (command.name === 'mcp') return context.serveMcp(parsed.globals);
  if (command.name === 'serve') return context.serve(parsed.globals);
  if (command.name === 'worker') return context.work(parsed.globals);
  if (command.name === 'install') return (await import('./install.ts')).install(context, parsed, terminal);
  return runCommand(context, command, parsed, terminal);
}

async function runCommand(context: CliContext, command: Command, parsed: Parsed, terminal: Terminal): Promise<number> {
  const operation = command.operation;
  if (operation === undefined || (command.toInput === undefined && parsed.words.length > 0)) {
    throw new CodeIndexError('invalid_query', `\`code-index ${command.name}\` takes no words, but ${JSON.stringify(parsed.words[0])} was given.`, `See \`code-index ${command.name} --help\`.`);
  }
  const raw = (await command.toInput?.(parsed, { cwd: context.cwd, readStdin: () => readAll(context.stdin) })) ?? parsed.input;
  const input = checkInput<unknown>(operation.fields, raw);
  const view = progressView(terminal, command.streams === true);
  const note = (sentence: string): void => {
    view.clear();
    if (!terminal.quiet) terminal.stderr.write(`code-index: ${sentence}\n`);
  };
  const call = { signal: context.signal, onProgress: view.show, onNote: note };
  await using service = context.open(parsed.globals);
  try {
    if (command.indexesFirst === true && !namesRepository(raw)) await prepare(context, service, parsed, call);
    const answer: unknown = await runOperation(service, withWatch(command, parsed, operation), input, call, 'cli');
    view.clear();
    const { present } = await import('./present.ts');
    return await present(command, answer, terminal);
  } finally {
    view.clear();
  }
}

/** `index --watch` is `watch` with the same words. */
function withWatch(command: Command, parsed: Parsed, operation: NonNullable<Command['operation']>): NonNullable<Command['operation']> {
  if (command.name !== 'index' || parsed.own['watch'] !== true) return operation;
  return COMMANDS.find((one) => one.name === 'watch')?.operation ?? operation;
}

/** Indexes the text of the working directory where it is new; its symbols follow behind the answer. */
async function prepare(context: CliContext, service: Service, parsed: Parsed, call: { signal: AbortSignal; onNote: (sentence: string) => void }): Promise<void> {
  const first = await indexFirst(service, context.cwd, call);
  if (first === null) return;
  const files = first.summaries.reduce((sum, one) => sum + one.files, 0);
  call.onNote(`${first.root} was not indexed yet: the text of ${plural(files, 'file')} is searchable now; symbols follow in the background.`);
  context.inBackground(['index', first.root, '--quiet'], parsed.globals);
}

function namesRepository(raw: Readonly<Record<string, unknown>>): boolean {
  return raw['repository'] !== undefined || raw['repositories'] !== undefined;
}

async function readAll(stream: NodeJS.ReadableStream): Promise<string> {
  stream.setEncoding('utf8');
  let text = '';
  for await (const part of stream) text += part as string;
  return text;
}

function unknownCommand(argv: readonly string[]): CodeIndexError {
  const [first = '', second] = argv;
  const under = COMMANDS.filter((one) => one.name.startsWith(`${first} `));
  if (under.length > 0) {
    return new CodeIndexError('invalid_query', `\`code-index ${first}\` needs one of: ${under.map((one) => one.name.slice(first.length + 1)).join(', ')}.`, `${second === undefined ? 'None' : JSON.stringify(second)} was given; see \`code-index --help\`.`);
  }
  return new CodeIndexError('invalid_query', `There is no command ${JSON.stringify(first)}.`, 'See `code-index --help` for those that there are.');
}
