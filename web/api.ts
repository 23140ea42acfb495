/** Talking to the server the page came from, and to nobody else. */
import { askToken, forgetToken, token } from './token.ts';

/** What the server refused or could not do, in its words. */
export class ApiError extends Error {
  readonly code: string;
  readonly fix: string;
  readonly status: number;
  constructor(status: number, code: string, message: string, fix: string) {
    super(message);
    [this.status, this.code, this.fix] = [status, code, fix];
  }
}

export type Parameters = Readonly<Record<string, string | number | boolean | readonly string[] | null | undefined>>;

export interface Asked {
  readonly signal?: AbortSignal;
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly body?: unknown;
}

export function withParameters(path: string, parameters: Parameters): string {
  const list = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value === null || value === undefined || value === '') continue;
    if (typeof value === 'object') for (const one of value) list.append(name, one);
    else list.append(name, String(value));
  }
  return list.size === 0 ? path : `${path}?${list}`;
}

/** The JSON of an address. Throws ApiError; an aborted request throws AbortError. Where a token is wanted, the user is asked for one. */
export async function ask<T>(path: string, parameters: Parameters = {}, asked: Asked = {}): Promise<T> {
  const response = await send(withParameters(path, parameters), asked);
  const text = await response.text();
  try {
    return (text === '' ? null : JSON.parse(text)) as T;
  } catch {
    throw new ApiError(response.status, 'internal', 'The answer of the server is no JSON.', 'Load the page again.');
  }
}

async function send(address: string, { signal, method = 'GET', body }: Asked, accept = 'application/json'): Promise<Response> {
  for (;;) {
    const held = token();
    const headers: Record<string, string> = { accept };
    if (held !== null) headers['authorization'] = `Bearer ${held}`;
    if (body !== undefined) headers['content-type'] = 'application/json';
    const response = await fetch(address, {
      method, headers, credentials: 'same-origin', ...(signal === undefined ? {} : { signal }), ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch((error: unknown) => {
      if (signal?.aborted === true) throw error;
      throw new ApiError(0, 'unreachable', 'The server cannot be reached.', 'Is it still running? What is shown stays; try again.');
    });
    if (response.ok) return response;
    const fault = await faultOf(response);
    if (response.status !== 401) throw fault;
    if (held !== null) forgetToken(held);
    await askToken(held === null ? null : fault.message, signal);
  }
}

async function faultOf(response: Response): Promise<ApiError> {
  const told = ((await response.json().catch(() => null)) as { error?: { code?: unknown; message?: unknown; fix?: unknown } } | null)?.error;
  const text = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise);
  return new ApiError(response.status, text(told?.code, 'internal'), text(told?.message, `The server answered ${response.status}.`), text(told?.fix, 'Try again.'));
}

/** Server-sent events by fetch, because EventSource cannot carry a token. Ends with the stream. */
export async function* events(path: string, signal: AbortSignal): AsyncGenerator<{ readonly event: string; readonly data: unknown }> {
  const response = await send(path, { signal }, 'text/event-stream');
  if (response.body === null) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let held = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    held += value.replaceAll('\r', '');
    for (let end = held.indexOf('\n\n'); end >= 0; end = held.indexOf('\n\n')) {
      const lines = held.slice(0, end).split('\n');
      held = held.slice(end + 2);
      const field = (name: string): string => lines.filter((line) => line.startsWith(`${name}:`)).map((line) => line.slice(name.length + 1).trimStart()).join('\n');
      const data = field('data');
      if (data !== '') yield { event: field('event') || 'message', data: JSON.parse(data) };
    }
  }
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}
