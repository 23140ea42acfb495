/**
 * The git program, run so that nothing of the caller's environment and nothing that the repository configures decides
 * what is executed: no shell, no hooks, no file system monitor, no helper transports, no prompt, no lock taken.
 */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { CodeIndexError, LIMITS, throwIfAborted } from '../base/mod.ts';

/** Of git's own variables only those that say where git and its user's settings are, and how to reach a server. */
const KEPT = new Set(['GIT_EXEC_PATH', 'GIT_CONFIG_GLOBAL', 'GIT_CONFIG_SYSTEM', 'GIT_CONFIG_NOSYSTEM', 'GIT_CEILING_DIRECTORIES', 'GIT_SSH', 'GIT_SSH_COMMAND', 'GIT_SSL_CAINFO', 'GIT_SSL_CAPATH', 'GIT_SSL_NO_VERIFY']);

/** The longest listing that is read: about two million files. */
const OUTPUT_BYTES = 500_000_000;
const STDERR_BYTES = 65_536;

export interface GitCall {
  /** Folder to run in. */
  readonly cwd: string;
  readonly signal?: AbortSignal | undefined;
  readonly input?: Uint8Array;
  /** Transports that may be used, separated by colons; none by default, so that no local command reaches out. */
  readonly protocols?: string;
  /** Settings for this call, `name=value`. */
  readonly config?: readonly string[];
  /** Options for the ssh program, `Name=value`. */
  readonly sshOptions?: readonly string[];
  readonly seconds?: number;
  /** Called with pieces of what git says about its progress. */
  readonly onStderr?: (text: string) => void;
}

export interface GitAnswer {
  readonly status: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export function gitEnvironment(protocols = 'none', sshOptions: readonly string[] = []): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (!name.startsWith('GIT_') || KEPT.has(name)) environment[name] = value;
  }
  return {
    ...environment,
    LC_ALL: 'C',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '',
    SSH_ASKPASS: '',
    SSH_ASKPASS_REQUIRE: 'never',
    GIT_NO_LAZY_FETCH: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_ALLOW_PROTOCOL: protocols,
    ...(sshOptions.length === 0 ? {} : { GIT_SSH_COMMAND: sshCommand(environment, sshOptions) }),
  };
}

/** Git hands it to a shell. */
function sshCommand(environment: NodeJS.ProcessEnv, options: readonly string[]): string {
  const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
  const program = environment['GIT_SSH_COMMAND'] ?? (environment['GIT_SSH'] === undefined ? 'ssh' : quoted(environment['GIT_SSH']));
  return [program, ...options.map((option) => `-o ${quoted(option)}`)].join(' ');
}

/** Stands before every command. Command-line configuration outranks what the repository says. */
const SAFE = ['--no-pager', '-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', '-c', 'core.untrackedCache=false', '-c', 'protocol.ext.allow=never', '-c', 'submodule.recurse=false', '-c', 'core.quotePath=false'];

export function spawnGit(args: readonly string[], cwd: string, call: Pick<GitCall, 'protocols' | 'config' | 'sshOptions'> = {}): ChildProcessWithoutNullStreams {
  const settings = (call.config ?? []).flatMap((one) => ['-c', one]);
  // A session of its own has no terminal, so nothing that git starts can ask a person for a password.
  return spawn('git', [...SAFE, ...settings, ...args], { cwd, env: gitEnvironment(call.protocols, call.sshOptions), stdio: 'pipe', detached: process.platform !== 'win32', windowsHide: true });
}

/** Stops git and what it started. */
export function killGit(child: ChildProcessWithoutNullStreams): void {
  if (child.exitCode !== null || child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill();
    else process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}

/** Runs git to its end and gives what it said, whatever its exit status. Throws for a missing git, a timeout or a cancelled call. */
export function askGit(args: readonly string[], call: GitCall): Promise<GitAnswer> {
  throwIfAborted(call.signal);
  return new Promise((resolve, reject) => {
    const child = spawnGit(args, call.cwd, call);
    const pieces: Buffer[] = [];
    let size = 0;
    let stderr = '';
    let failure: Error | null = null;
    const stop = (error: Error): void => {
      failure ??= error;
      killGit(child);
    };
    const seconds = call.seconds ?? LIMITS.gitSeconds;
    const timer = setTimeout(() => {
      stop(new CodeIndexError('timeout', `\`git ${args[0]}\` in ${call.cwd} ran longer than ${seconds} seconds and was stopped.`, 'Run the same git command by hand to see what it waits for, then repeat.'));
    }, seconds * 1000);
    const onAbort = (): void => stop(call.signal?.reason instanceof Error ? call.signal.reason : new DOMException('cancelled', 'AbortError'));
    call.signal?.addEventListener('abort', onAbort, { once: true });
    child.stdout.on('data', (piece: Buffer) => {
      size += piece.length;
      if (size > OUTPUT_BYTES) stop(new CodeIndexError('too_large', `\`git ${args[0]}\` in ${call.cwd} lists more than ${OUTPUT_BYTES} bytes.`, 'Index a folder of this repository instead of all of it.'));
      else pieces.push(piece);
    });
    child.stderr.setEncoding('utf8').on('data', (piece: string) => {
      if (stderr.length < STDERR_BYTES) stderr += piece;
      call.onStderr?.(piece);
    });
    // Git may end before it has read its input; its exit status tells why.
    child.stdin.on('error', () => {});
    child.stdin.end(call.input);
    const settle = (): void => {
      clearTimeout(timer);
      call.signal?.removeEventListener('abort', onAbort);
    };
    child.on('error', (error) => {
      settle();
      reject(failure ?? gitMissing(error, call.cwd));
    });
    child.on('close', (status) => {
      settle();
      if (failure !== null) reject(failure);
      else resolve({ status: status ?? 1, stdout: pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces), stderr });
    });
  });
}

/** As `askGit`, and any exit status but 0 is an error that says what git said. */
export async function runGit(args: readonly string[], call: GitCall): Promise<Buffer> {
  const answer = await askGit(args, call);
  if (answer.status !== 0) throw gitFailed(commandOf(args), call.cwd, answer.stderr);
  return answer.stdout;
}

function commandOf(args: readonly string[]): string {
  return args.find((arg) => !arg.startsWith('-')) ?? '';
}

export function gitMissing(error: Error, cwd: string): CodeIndexError {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
    return new CodeIndexError('unavailable', `The git program was not found, or the folder ${cwd} is gone.`, 'Install git 2.31 or newer and see that `git --version` answers.', { cause: error });
  }
  return new CodeIndexError('unavailable', `The git program could not be started in ${cwd}: ${error.message}.`, 'See that `git --version` answers for this user.', { cause: error });
}

/** One clear error for what git said. */
export function gitFailed(command: string, folder: string, stderr: string): CodeIndexError {
  const said = firstComplaint(stderr);
  if (stderr.includes('dubious ownership')) {
    return new CodeIndexError('forbidden', `Git refuses to read the repository at ${folder} because another user owns it.`, `If you trust it, run \`git config --global --add safe.directory '${folder}'\` and repeat.`);
  }
  return new CodeIndexError('unavailable', `Git could not read the repository at ${folder} (\`git ${command}\`: ${said}).`, `Run \`git -C '${folder}' fsck\` and mend what it names, or clone the repository again.`);
}

export function firstComplaint(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  const fatal = lines.find((line) => /^(fatal|error):/.test(line)) ?? lines.at(-1) ?? 'it said nothing';
  return harmless(fatal.replace(/^(fatal|error):\s*/, '').replace(/\.$/, ''));
}

const SAID_CHARS = 300;

/** What git says may be what the server of a stranger says: no terminal shall obey it, and it shall not fill a screen. */
export function harmless(line: string): string {
  const plain = line.replaceAll(/\p{Cc}+/gu, ' ');
  return plain.length <= SAID_CHARS ? plain : `${plain.slice(0, SAID_CHARS - 1)}…`;
}
