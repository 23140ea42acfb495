/** The product as users start it: the launcher, and an MCP session over stdio with a client of a few lines. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { timed, treeBytes, type Timed } from './measure.ts';

export const LAUNCHER: string = join(dirname(dirname(fileURLToPath(import.meta.url))), 'code-index');

export interface IndexRun extends Timed {
  /** Milliseconds from process start until all text was searchable. */
  readonly textMillis: number;
  readonly summary: Record<string, number | string | null>;
}

/** `code-index index FOLDER` as a whole process. */
export async function indexFolder(folder: string, dataDir: string, extra: readonly string[] = []): Promise<IndexRun> {
  let textMillis = 0;
  let summary: Record<string, number | string | null> = {};
  const run = await timed([LAUNCHER, 'index', folder, '--data-dir', dataDir, '--json', ...extra], {
    memory: true,
    onLine: (line, millis) => {
      const item = JSON.parse(line) as { kind?: string; done?: number; total?: number; summary?: Record<string, number | string | null> };
      if (item.kind === 'text' && item.done === item.total) textMillis = millis;
      if (item.kind === 'done' && item.summary !== undefined) summary = item.summary;
    },
  });
  if (run.code !== 0) throw new Error(`code-index index ${folder} ended with ${run.code}: ${run.stderr}`);
  return { ...run, textMillis: textMillis === 0 ? run.millis : textMillis, summary };
}

interface Reply {
  readonly id?: number;
  readonly method?: string;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

/** One MCP session. The whole protocol that a client needs is here, so that nothing of an SDK is in the measured time. */
export class McpSession {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  #next = 1;

  constructor(dataDir: string, cwd: string, env: Readonly<Record<string, string>> = {}) {
    this.#child = spawn(LAUNCHER, ['mcp', '--data-dir', dataDir], { cwd, env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.stderr.resume();
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      const reply = JSON.parse(line) as Reply;
      if (reply.method !== undefined || reply.id === undefined) return;
      this.#waiting.get(reply.id)?.(reply);
      this.#waiting.delete(reply.id);
    });
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  async request(method: string, params: unknown): Promise<Record<string, unknown>> {
    const id = this.#next++;
    const reply = new Promise<Reply>((resolve, reject) => {
      this.#waiting.set(id, resolve);
      this.#child.once('exit', () => reject(new Error('code-index mcp ended')));
    });
    this.#child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    const { result, error } = await reply;
    this.#child.removeAllListeners('exit');
    if (error !== undefined) throw new Error(error.message);
    return result ?? {};
  }

  async initialize(): Promise<void> {
    await this.request('initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'bench', version: '1' } });
    this.#child.stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
  }

  /** The text of a tool's answer. */
  async text(tool: string, args: Record<string, unknown>): Promise<string> {
    const result = (await this.request('tools/call', { name: tool, arguments: args })) as { content: { text: string }[]; isError?: boolean };
    const text = result.content[0]?.text ?? '';
    if (result.isError === true) throw new Error(`${tool} ${JSON.stringify(args)}: ${text}`);
    return text;
  }

  /** The JSON of a tool's answer. */
  async call(tool: string, args: Record<string, unknown>): Promise<Answer> {
    return JSON.parse(await this.text(tool, { ...args, format: 'json', max_tokens: 1_000_000 })) as Answer;
  }

  memoryBytes(): number {
    return this.#child.pid === undefined ? 0 : treeBytes(this.#child.pid);
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    this.#child.stdin.end();
    await new Promise<void>((resolve) => {
      const late = setTimeout(() => this.#child.kill('SIGKILL'), 3_000);
      this.#child.once('close', () => {
        clearTimeout(late);
        resolve();
      });
    });
  }
}

/** What the benchmarks read of an answer. */
export interface Answer {
  readonly total: { readonly value: number; readonly exact: boolean };
  readonly nextCursor: string | null;
  readonly results: readonly { readonly path: string; readonly startLine: number; readonly kind: string; readonly matches: readonly { readonly line: number; readonly column: number }[] }[];
}

/** Every hit of a query, page by page, as `path:line`. */
export async function allLines(session: McpSession, args: Record<string, unknown>): Promise<Set<string>> {
  const lines = new Set<string>();
  let cursor: string | null = null;
  do {
    const answer: Answer = await session.call('search_code', { ...args, all: true, limit: 1_000, ...(cursor === null ? {} : { cursor }) });
    for (const result of answer.results) {
      for (const match of result.matches) lines.add(`${result.path}:${match.line}`);
    }
    cursor = answer.nextCursor;
  } while (cursor !== null);
  return lines;
}
