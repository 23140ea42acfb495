/**
 * The opening `initialize` is answered before the protocol library is loaded: its import takes 150 ms, and a client may
 * wait for this answer before it shows anything. The library then sees the same message, and its own answer is dropped.
 */
import { PassThrough, type Readable, type Writable } from 'node:stream';

export interface Identity {
  readonly name: string;
  readonly version: string;
}

export const CAPABILITIES: { readonly tools: Record<string, never> } = { tools: {} };

export const INSTRUCTIONS: string =
  'Searches the indexed repositories. search_code finds text, regex, symbols and ideas; symbol_lookup definitions and uses; ' +
  'read_code files, symbols, outlines and the repository map; find_similar code like other code.';

/** Revisions that open with `initialize` and are answered with the revision that was asked for. A test compares with the library. */
export const GREETED_VERSIONS: readonly string[] = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'];

export interface Greeting {
  /** Everything that the client says, from the first byte. */
  readonly input: Readable;
  /** Id of the request that is answered already, or null. */
  readonly answered: string | number | null;
}

/** Waits for the first line of the client, and answers it where it is a plain `initialize`. */
export async function greet(stdin: Readable, stdout: Writable, identity: Identity): Promise<Greeting> {
  const first = await firstLine(stdin);
  const input = new PassThrough();
  input.write(first);
  if (stdin.readableEnded) input.end();
  else stdin.pipe(input);
  const opening = asOpening(first);
  if (opening === null) return { input, answered: null };
  const result = { protocolVersion: opening.version, capabilities: CAPABILITIES, serverInfo: identity, instructions: INSTRUCTIONS };
  stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id: opening.id, result })}\n`);
  return { input, answered: opening.id };
}

function firstLine(stdin: Readable): Promise<Buffer> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    const finish = (): void => {
      stdin.pause();
      stdin.off('data', onData);
      stdin.off('end', finish);
      resolve(Buffer.concat(parts));
    };
    const onData = (part: Buffer): void => {
      parts.push(part);
      if (part.includes(10)) finish();
    };
    stdin.on('data', onData);
    stdin.on('end', finish);
    stdin.resume();
  });
}

/** Null for whatever is not exactly what the library would answer the same way. */
export function asOpening(bytes: Buffer): { readonly id: string | number; readonly version: string } | null {
  try {
    const message = JSON.parse(bytes.subarray(0, bytes.indexOf(10)).toString('utf8')) as Record<string, unknown>;
    const params = message['params'] as Record<string, unknown> | undefined;
    const { id } = message;
    const version = params?.['protocolVersion'];
    const client = params?.['clientInfo'] as Record<string, unknown> | undefined;
    if (message['jsonrpc'] !== '2.0' || message['method'] !== 'initialize' || (typeof id !== 'string' && typeof id !== 'number')) return null;
    if (params?.['_meta'] !== undefined || typeof params?.['capabilities'] !== 'object' || params['capabilities'] === null) return null;
    if (typeof client?.['name'] !== 'string' || typeof client['version'] !== 'string') return null;
    return typeof version === 'string' && GREETED_VERSIONS.includes(version) ? { id, version } : null;
  } catch {
    return null;
  }
}
