/** What a command is, what its words become, and what it runs in. */
import type { AnyOperation, Service } from '../../service/mod.ts';
import type { Terminal } from './terminal.ts';

export interface Command {
  readonly name: string;
  readonly usage: string;
  readonly text: string;
  /** Absent: the command is not an operation (`mcp`, `install`). */
  readonly operation?: AnyOperation;
  /** Fields of the operation that this command does not offer. */
  readonly without?: readonly string[];
  readonly own?: Readonly<Record<string, { readonly type: 'string' | 'boolean'; readonly text: string }>>;
  /** Makes the input of the operation out of words and flags. */
  toInput?(parsed: Parsed, context: InputContext): Promise<Record<string, unknown>> | Record<string, unknown>;
  /** Indexes the working directory first where it is not indexed. */
  readonly indexesFirst?: true;
  /** Progress is streamed as NDJSON with --json. */
  readonly streams?: true;
  readonly examples?: readonly string[];
}

export interface InputContext {
  readonly cwd: string;
  readStdin(): Promise<string>;
}

export interface GlobalFlag {
  readonly flag: string;
  readonly text: string;
  /** Commands that take it; absent: all of them. */
  readonly only?: readonly string[];
}

/** The flags of settings that a command takes. */
export function globalsOf(command: Command, globals: readonly GlobalFlag[]): readonly GlobalFlag[] {
  return globals.filter(({ only }) => only === undefined || only.includes(command.name));
}

export interface Parsed {
  readonly words: readonly string[];
  /** Values of the fields of the operation, by field name. */
  readonly input: Readonly<Record<string, unknown>>;
  /** Flags that are the command's own. */
  readonly own: Readonly<Record<string, string | boolean | undefined>>;
  readonly globals: Readonly<Record<string, string | undefined>>;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly help: boolean;
}

export interface CliContext {
  readonly argv: readonly string[];
  /** Absolute and real. */
  readonly cwd: string;
  readonly home: string;
  readonly platform: NodeJS.Platform;
  readonly version: string;
  /** Flags that settings have. */
  readonly globals: readonly GlobalFlag[];
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: Terminal['stdout'];
  readonly stderr: Terminal['stderr'];
  /** The user wants no colours. */
  readonly noColour: boolean;
  /** The words that start this program, for the settings of MCP clients. */
  readonly launcher: readonly string[];
  readonly signal: AbortSignal;
  open(flags: Readonly<Record<string, string | undefined>>): Service;
  /** Serves MCP until its client leaves; gives the exit code. */
  serveMcp(flags: Readonly<Record<string, string | undefined>>): Promise<number>;
  /** Serves HTTP until it is stopped; gives the exit code. */
  serve(flags: Readonly<Record<string, string | undefined>>): Promise<number>;
  /** Does jobs of servers until it is stopped; gives the exit code. */
  work(flags: Readonly<Record<string, string | undefined>>): Promise<number>;
  /** Starts this program again behind the answer, with these words. */
  inBackground(words: readonly string[], flags: Readonly<Record<string, string | undefined>>): void;
}
