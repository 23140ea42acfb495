/**
 * The thin side of a shared server: a pipe between an agent's stdio and the server of the data folder. It loads nothing
 * but this, so that ten sessions of one machine cost ten pipes, not ten indexes.
 */
import { readFileSync, realpathSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { homedir } from 'node:os';
import path from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { Conversation, linesOf } from './conversation.ts';
import { platformDataDir } from './data-dir.ts';
import { socketOf } from './session-socket.ts';

export interface AttachOptions {
  /** Absolute. */
  readonly dataDir: string;
  readonly version: string;
  readonly cwd: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/** What the server of this process has to go on with where the shared one went away. */
export interface Begun {
  /** What the client said and says, as the library has to see it. */
  readonly input: Readable;
  /** Id of the `initialize` that was answered already, or null. */
  readonly answered: string | number | null;
}

/** Variables that decide what is answered: a session that was given another value than the server answers by itself. */
export const DECIDING: readonly string[] = [
  'DATABASE_URL', 'MCP_ALLOWED_ROOTS', 'MASK_SECRETS', 'SECRETS_ALLOW_FILE', 'DEFAULT_REPOSITORY_TTL_DAYS',
  'EMBEDDING_PROVIDER', 'EMBEDDING_BASE_URL', 'EMBEDDING_MODEL', 'EMBEDDING_DIMENSIONS',
];

/** Attaches this process, where its command line asks for a session and for nothing that needs more than this file to understand. */
export async function attachThis(argv: readonly string[]): Promise<'left' | Begun | null> {
  const [command, ...rest] = argv;
  const variables = process.env;
  if (command !== 'mcp' || (variables['CODE_INDEX_CONFIG'] ?? '') !== '') return null;
  let named = variables['CODE_INDEX_DATA_DIR'];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--data-dir') named = rest.shift();
    else if (word.startsWith('--data-dir=')) named = word.slice('--data-dir='.length);
    else return null;
    if (named === undefined || named === '') return null;
  }
  try {
    const cwd = realpathSync(process.cwd());
    const dataDir = named === undefined || named === '' ? platformDataDir(process.platform, homedir(), variables) : path.resolve(cwd, named);
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
    return await attach({ dataDir, version, cwd, variables });
  } catch {
    // A working directory that is gone, and whatever else: who starts in full says what is wrong.
    return null;
  }
}

const CONNECT_MILLIS = 100;
/** A server in the middle of a query answers after it. */
const WELCOME_MILLIS = 1_000;
/** A server that is restarted is back by then; else this process goes on by itself. */
const BACK_MILLIS = 2_000;
const RETRY_MILLIS = 100;

/**
 * Pipes stdin and stdout to the shared server until the client leaves (`left`). Null where there is no server that would
 * have us: nothing was read then. Where the server went away for good, what is needed to go on without it.
 */
export async function attach(options: AttachOptions): Promise<'left' | Begun | null> {
  let socket = await connectTo(options);
  if (socket === null) return null;
  const conversation = new Conversation();
  const stop = (): void => process.exit(0);
  const parent = process.ppid;
  const watch = setInterval(() => process.ppid !== parent && stop(), 1_000);
  for (const signal of SIGNALS) process.once(signal, stop);
  process.stdout.on('error', stop);
  let left = false;
  process.stdin.once('end', () => (left = true));
  process.stdin.once('close', () => (left = true));
  try {
    for (;;) {
      await pipe(socket, conversation);
      if (left) return 'left';
      const lost = Date.now();
      do {
        socket = await connectTo(options);
        if (socket === null) await new Promise((resolve) => setTimeout(resolve, RETRY_MILLIS));
      } while (socket === null && Date.now() - lost < BACK_MILLIS);
      const { lines, answered } = conversation.again(answer);
      if (socket === null) return begun(conversation, lines, answered);
      conversation.drop(answered);
      for (const line of lines) socket.write(line);
    }
  } finally {
    clearInterval(watch);
    for (const signal of SIGNALS) process.off(signal, stop);
    process.stdout.off('error', stop);
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function answer(line: string): void {
  process.stdout.write(line);
}

/** The rest of stdin behind what has to be said again. */
function begun(conversation: Conversation, lines: readonly Buffer[], answered: string | number | null): Begun {
  const input = new PassThrough();
  for (const line of lines) input.write(line);
  input.write(conversation.rest());
  process.stdin.pipe(input);
  return { input, answered };
}

/** Both ways, until either side ends. Lines go on whole, so that a dying server leaves no half of one. */
function pipe(socket: Socket, conversation: Conversation): Promise<void> {
  const { stdin, stdout } = process;
  return new Promise((resolve) => {
    const onSaid = (chunk: Buffer): void => {
      for (const line of conversation.said(chunk)) {
        if (socket.write(line)) continue;
        stdin.pause();
        socket.once('drain', () => stdin.resume());
      }
    };
    const heard = linesOf((line) => {
      if (!conversation.heard(line) || stdout.write(line)) return;
      socket.pause();
      stdout.once('drain', () => socket.resume());
    });
    const onLeft = (): void => void socket.end();
    const finish = (): void => {
      stdin.off('data', onSaid);
      stdin.off('end', onLeft);
      stdin.pause();
      resolve();
    };
    socket.on('data', heard);
    socket.once('close', finish);
    stdin.on('data', onSaid);
    stdin.once('end', onLeft);
    stdin.resume();
    socket.resume();
    if (stdin.readableEnded) onLeft();
  });
}

/** A connection that the server took; null where there is none, or where it would rather not. */
async function connectTo({ dataDir, version, cwd, variables }: AttachOptions): Promise<Socket | null> {
  const address = socketOf(dataDir);
  if (address === null) return null;
  const socket = connect(address);
  // What breaks is closed too.
  socket.on('error', () => {});
  const settings = Object.fromEntries(DECIDING.flatMap((name) => (variables[name] ? [[name, variables[name]]] : [])));
  const management = /^(1|true|yes|on)$/i.test(variables['ENABLE_REPOSITORY_MANAGEMENT'] ?? '');
  const connected = await happens(socket, 'connect', CONNECT_MILLIS);
  if (connected) socket.write(`${JSON.stringify({ protocol: 1, version, cwd, management, settings })}\n`);
  if (connected && (await happens(socket, 'readable', WELCOME_MILLIS)) && isWelcome(socket.read() as Buffer | null)) return socket;
  socket.destroy();
  return null;
}

function isWelcome(said: Buffer | null): boolean {
  return said !== null && said.toString('utf8') === '{"attached":true}\n';
}

function happens(socket: Socket, event: 'connect' | 'readable', millis: number): Promise<boolean> {
  return new Promise((resolve) => {
    const finish = (happened: boolean): void => {
      clearTimeout(timer);
      socket.off(event, onEvent);
      socket.off('close', onClose);
      resolve(happened);
    };
    const onEvent = (): void => finish(true);
    const onClose = (): void => finish(false);
    const timer = setTimeout(() => finish(false), millis);
    socket.once(event, onEvent);
    socket.once('close', onClose);
  });
}
