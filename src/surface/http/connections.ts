/** Connections: how many there are, and what is said to those that speak no HTTP. */
import type { Server } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Meter } from '../../base/mod.ts';
import { HttpError } from './errors.ts';
import { isLoopback } from './places.ts';
import { addressKey } from './address-key.ts';

/** Open at once; a server of a team has some hundreds. */
const CONNECTIONS = 8_192;
/** Open at once from one address that is neither this machine nor a trusted proxy: one client cannot take them all. */
const CONNECTIONS_OF_ONE = 1_024;

export function watchConnections(server: Server, meter: Meter, trustedProxies: readonly string[]): void {
  server.maxConnections = CONNECTIONS;
  const open = new Map<string, number>();
  let all = 0;
  server.on('connection', (socket: Socket) => {
    meter.set('mcp_active_connections', ++all, {});
    const address = addressKey(socket.remoteAddress ?? '');
    const count = (open.get(address) ?? 0) + 1;
    open.set(address, count);
    socket.once('close', () => {
      meter.set('mcp_active_connections', --all, {});
      const left = (open.get(address) ?? 1) - 1;
      if (left > 0) open.set(address, left);
      else open.delete(address);
    });
    // Networks of proxies are not taken apart here: where there are some, they are the ones who connect.
    if (count > CONNECTIONS_OF_ONE && trustedProxies.length === 0 && !isLoopback(address)) socket.destroy();
  });
}

const BROKEN: Readonly<Record<string, HttpError>> = {
  HPE_HEADER_OVERFLOW: new HttpError(431, 'too_large', 'The headers or the address of the request are too large.', 'Send less; long texts belong into the body.'),
  ERR_HTTP_REQUEST_TIMEOUT: new HttpError(408, 'timeout', 'The request took too long to arrive.', 'Send it again, or over a faster line.'),
};
const UNREADABLE = new HttpError(400, 'invalid_query', 'This is not a request of HTTP/1.1.', 'Use a client that speaks HTTP.');

/** Answers what could not be parsed: there is no request and no route yet. */
export function answerBroken(error: NodeJS.ErrnoException, socket: Socket, meter: Meter): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const said = BROKEN[error.code ?? ''] ?? UNREADABLE;
  meter.count('mcp_requests_total', { method: 'other', endpoint: 'none', status: String(said.status) });
  const body = JSON.stringify(said.toJSON());
  socket.end(`HTTP/1.1 ${said.status} ${STATUS_CODES[said.status]}\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`);
}
