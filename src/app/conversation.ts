/** What was said through a pipe of JSON-RPC lines, as far as another server needs it to go on. */

type Id = string | number;

interface Pending {
  readonly id: Id;
  readonly line: Buffer;
  /** How many servers it was sent to. */
  sent: number;
}

/** A request that two servers died of is not sent to a third. */
const MOST_SENT = 2;

export class Conversation {
  #opening: { readonly id: Id; readonly line: Buffer } | null = null;
  #initialized: Buffer | null = null;
  readonly #pending = new Map<string, Pending>();
  /** The end of what the client said so far, where it is no whole line. */
  #rest: Buffer = Buffer.alloc(0);
  #dropped: Id | null = null;

  /** What the client says; gives the whole lines. */
  said(chunk: Buffer): readonly Buffer[] {
    const lines: Buffer[] = [];
    this.#rest = split(this.#rest, chunk, (line) => {
      this.#note(line);
      lines.push(line);
    });
    return lines;
  }

  /** A line of the server. False where the client must not see it. */
  heard(line: Buffer): boolean {
    const message = parse(line);
    if (message === null || message.id === undefined || message.method !== undefined) return true;
    this.#pending.delete(keyOf(message.id));
    if (this.#dropped === null || keyOf(message.id) !== keyOf(this.#dropped)) return true;
    this.#dropped = null;
    return false;
  }

  /** What another server has to be told, and the id of the opening that the client has its answer of. Requests that must not be tried again are answered by `answer`. */
  again(answer: (line: string) => void): { readonly lines: readonly Buffer[]; readonly answered: Id | null } {
    const opening = this.#opening;
    const answered = opening === null || this.#pending.has(keyOf(opening.id)) ? null : opening.id;
    const requests: Buffer[] = [];
    for (const [key, one] of this.#pending) {
      if (one.sent >= MOST_SENT) {
        this.#pending.delete(key);
        answer(`${JSON.stringify({ jsonrpc: '2.0', id: one.id, error: { code: -32_603, message: 'The server ended twice while it answered this request.' } })}\n`);
        continue;
      }
      one.sent++;
      if (one.id !== opening?.id) requests.push(one.line);
    }
    return { lines: [...(opening === null ? [] : [opening.line]), ...(this.#initialized === null ? [] : [this.#initialized]), ...requests], answered };
  }

  /** The next answer with this id is not the client's business. */
  drop(id: Id | null): void {
    this.#dropped = id;
  }

  rest(): Buffer {
    return this.#rest;
  }

  #note(line: Buffer): void {
    const message = parse(line);
    if (message === null || typeof message.method !== 'string') return;
    if (message.method === 'notifications/initialized') this.#initialized = line;
    if (message.method === 'notifications/cancelled') this.#pending.delete(keyOf((message.params as { readonly requestId?: unknown } | undefined)?.requestId));
    if (typeof message.id !== 'string' && typeof message.id !== 'number') return;
    if (message.method === 'initialize') this.#opening = { id: message.id, line };
    this.#pending.set(keyOf(message.id), { id: message.id, line, sent: 1 });
  }
}

interface Message {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: unknown;
}

function keyOf(id: unknown): string {
  return JSON.stringify(id) ?? '';
}

function parse(line: Buffer): Message | null {
  try {
    const value = JSON.parse(line.toString('utf8')) as unknown;
    return typeof value === 'object' && value !== null ? value : null;
  } catch {
    return null;
  }
}

/** Takes chunks, gives whole lines with their ends. */
export function linesOf(onLine: (line: Buffer) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = split(rest, chunk, onLine);
  };
}

/** Gives the whole lines of both together, and what is left behind the last. */
function split(rest: Buffer, chunk: Buffer, onLine: (line: Buffer) => void): Buffer {
  // A long line comes in many chunks: only the new one is searched for its end.
  const first = chunk.indexOf(10);
  if (first < 0) return Buffer.concat([rest, chunk]);
  const whole = Buffer.concat([rest, chunk]);
  let from = 0;
  for (let end = rest.length + first; end >= 0; end = whole.indexOf(10, from)) {
    onLine(whole.subarray(from, end + 1));
    from = end + 1;
  }
  return whole.subarray(from);
}
