/** Sessions of other processes of this user: each is a thin pipe between an agent's stdio and this server. */
import { createServer, type Server, type Socket } from 'node:net';
import type { Log } from '../../base/mod.ts';
import { LOCAL, type Service } from '../../service/mod.ts';
import { greet } from './greeting.ts';
import { readHello, type Hello } from './hello.ts';
import type { StartHelper } from './options.ts';
import { openWatchers, type Watchers } from './watchers.ts';

export interface SessionsOptions {
  readonly service: Service;
  readonly version: string;
  /** Path of a local socket, or name of a pipe. Nothing is there. */
  readonly address: string;
  readonly start: StartHelper;
  readonly log: Log;
  /** Why a client with these settings must not be served here; null where it may. */
  refuse(settings: Readonly<Record<string, string>>): string | null;
  /** Lets watchers outlive their last session by so much; absent: some seconds. */
  readonly lingerMillis?: number;
}

const LINGER_MILLIS = 5_000;
/** A client says at once who it is. */
const HELLO_MILLIS = 5_000;

/** Listens until it is disposed of, which ends the sessions. Throws what listening throws. */
export async function listenForSessions(options: SessionsOptions): Promise<AsyncDisposable> {
  const { service: { meter }, log } = options;
  const { openServer } = await import('./server.ts');
  const watchers = openWatchers({ start: options.start, log, lingerMillis: options.lingerMillis ?? LINGER_MILLIS });
  const sessions = new Set<Promise<void>>();
  const sockets = new Set<Socket>();
  const count = (): void => meter.set('code_index_sessions', sessions.size, {});
  const server = createServer((socket) => {
    // Whoever is gone is gone; the end of the stream says the same.
    socket.on('error', (error) => log('debug', `A session's connection broke: ${error.message}.`));
    const session = converse(socket, options, watchers, openServer)
      .catch((error: Error) => log('warn', `A session ended: ${error.message}.`))
      .finally(() => {
        socket.destroySoon();
        sessions.delete(session);
        sockets.delete(socket);
        count();
      });
    sessions.add(session);
    sockets.add(socket);
    count();
  });
  await listen(server, options.address);
  count();
  return {
    async [Symbol.asyncDispose](): Promise<void> {
      server.close();
      for (const socket of sockets) socket.destroySoon();
      await Promise.all(sessions);
      watchers.close();
    },
  };
}

function listen(server: Server, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    // The socket is made within this call: nobody else may connect from its first moment on.
    const before = process.umask(0o177);
    try {
      server.listen(address, () => {
        server.off('error', reject);
        resolve();
      });
    } finally {
      process.umask(before);
    }
  });
}

type OpenServer = typeof import('./server.ts').openServer;

async function converse(socket: Socket, options: SessionsOptions, watchers: Watchers, openServer: OpenServer): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
    socket.once('end', () => resolve());
  });
  const hello = await Promise.race([readHello(socket, HELLO_MILLIS), closed]);
  if (hello === undefined) return;
  const why = refusal(hello, options);
  socket.write(`${JSON.stringify(why === null ? { attached: true } : { refused: why })}\n`);
  if (why !== null || hello === null) return;
  const greeting = await Promise.race([greet(socket, socket, { name: 'code-index', version: options.version }), closed]);
  if (greeting === undefined) return;
  const service = options.service.as({ identity: LOCAL, workspace: [] });
  const session = { service, version: options.version, cwd: hello.cwd, management: hello.management, log: options.log };
  await using _server = openServer(session, greeting, socket, watchers);
  await closed;
}

function refusal(hello: Hello | null, { version, refuse }: SessionsOptions): string | null {
  if (hello === null) return 'that is no greeting of this program';
  if (hello.version !== version) return `this server is version ${version}`;
  return refuse(hello.settings);
}
