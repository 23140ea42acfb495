import type { Readable, Writable } from 'node:stream';
import type { Server } from '@modelcontextprotocol/server';
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import type { Greeting } from './greeting.ts';
import type { McpOptions } from './options.ts';
import { makeServer } from './protocol.ts';
import { foldersOf, openWorkspace, repositoryAround, type Workspace } from './session.ts';
import type { Watchers } from './watchers.ts';

/** A first call may come before the text of a new repository is there: it waits this long, then answers from what is there. */
const FIRST_ANSWER_MILLIS = 2_000;

/** The server behind a greeting: one session with one client. Disposing of it lets its helpers go. */
export function openServer(options: McpOptions, greeting: Greeting, output: Writable, watchers: Watchers): AsyncDisposable {
  options.service.setWorkspace([]);
  const workspace = openWorkspace(options.service, watchers);
  const handle = serveStdio(({ era }) => {
    const server = makeServer({
      service: options.service, version: options.version, management: options.management, activity: workspace.activity,
      ready: ({ operation }) => workspace.settled(FIRST_ANSWER_MILLIS, { text: operation.name !== 'status' }),
    });
    if (era === 'modern') void followWorkingFolder(options, workspace);
    else followRootsOf(server, options, workspace);
    return server;
  }, { transport: wireBehind(greeting, output), onerror: (error) => options.log('warn', error.message) });
  return {
    async [Symbol.asyncDispose](): Promise<void> {
      workspace.close();
      await handle.close();
    },
  };
}

/** The wire without the one answer that the greeting gave already. */
function wireBehind({ input, answered }: Greeting, output: Writable): StdioServerTransport {
  const wire = new StdioServerTransport(input as Readable, output);
  const send = wire.send.bind(wire);
  let open = answered !== null;
  wire.send = (message) => {
    if (!open || !('result' in message) || message.id !== answered) return send(message);
    open = false;
    return Promise.resolve();
  };
  return wire;
}

function followRootsOf(server: Server, options: McpOptions, workspace: Workspace): void {
  const followRoots = async (): Promise<void> => {
    if (server.getClientCapabilities()?.roots === undefined) return followWorkingFolder(options, workspace);
    const { roots } = await server.listRoots();
    const folders = foldersOf(roots);
    if (folders.length === 0) return followWorkingFolder(options, workspace);
    workspace.follow(folders);
  };
  const begin = (): void => {
    followRoots().catch((error: Error) => {
      options.log('warn', `The client's roots are not known: ${error.message}.`);
      return followWorkingFolder(options, workspace);
    });
  };
  server.oninitialized = begin;
  server.setNotificationHandler('notifications/roots/list_changed', begin);
}

async function followWorkingFolder({ cwd }: McpOptions, workspace: Workspace): Promise<void> {
  workspace.follow(await repositoryAround(cwd));
}
