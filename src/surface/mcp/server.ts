import { Server, type ListToolsResult } from '@modelcontextprotocol/server';
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import type { Progress } from '../../domain/mod.ts';
import { progressSentence } from '../../service/mod.ts';
import { callTool } from './call.ts';
import { CAPABILITIES, INSTRUCTIONS, type Greeting } from './greeting.ts';
import type { McpOptions } from './options.ts';
import { foldersOf, openWorkspace, repositoryAround, type Workspace } from './session.ts';
import { describeTool, toolsFor, type Tool } from './tools.ts';

/** A first call may come before the text of a new repository is there: it waits this long, then answers from what is there. */
const FIRST_ANSWER_MILLIS = 2_000;

/** The server behind a greeting. Disposing of it lets its helpers go. */
export function openServer(options: McpOptions, greeting: Greeting): AsyncDisposable {
  const tools = toolsFor(options.management);
  options.service.setWorkspace([]);
  const workspace = openWorkspace(options);
  const handle = serveStdio((context) => {
    const server = makeServer(options, tools, workspace);
    if (context.era === 'modern') void followWorkingFolder(options, workspace);
    return server;
  }, { transport: wireBehind(greeting), onerror: (error) => options.log('warn', error.message) });
  return {
    async [Symbol.asyncDispose](): Promise<void> {
      workspace.close();
      await handle.close();
    },
  };
}

/** The wire without the one answer that the greeting gave already. */
function wireBehind({ input, answered }: Greeting): StdioServerTransport {
  const wire = new StdioServerTransport(input, process.stdout);
  const send = wire.send.bind(wire);
  let open = answered !== null;
  wire.send = (message) => {
    if (!open || !('result' in message) || message.id !== answered) return send(message);
    open = false;
    return Promise.resolve();
  };
  return wire;
}

function makeServer(options: McpOptions, tools: readonly Tool[], workspace: Workspace): Server {
  const server = new Server({ name: 'code-index', version: options.version }, { capabilities: CAPABILITIES, instructions: INSTRUCTIONS });
  server.setRequestHandler('tools/list', () => ({ tools: tools.map(describeTool) as ListToolsResult['tools'] }));
  server.setRequestHandler('tools/call', async (request, context) => {
    const tool = tools.find((one) => one.name === request.params.name);
    if (tool === undefined) {
      return { content: [{ type: 'text' as const, text: `not_found: There is no tool ${JSON.stringify(request.params.name)}. Use one of: ${tools.map((one) => one.name).join(', ')}.` }], isError: true };
    }
    const token = request.params._meta?.progressToken;
    const onProgress = token === undefined ? undefined : reporter((params) => context.mcpReq.notify({ method: 'notifications/progress', params: { progressToken: token, ...params } }));
    await workspace.settled(FIRST_ANSWER_MILLIS, { text: tool.operation.name !== 'status' });
    const result = await callTool(options.service, tool, request.params.arguments ?? {}, {
      signal: context.mcpReq.signal, activity: workspace.activity, ...(onProgress === undefined ? {} : { onProgress }),
    });
    return { ...result };
  });
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
  return server;
}

async function followWorkingFolder({ cwd }: McpOptions, workspace: Workspace): Promise<void> {
  workspace.follow(await repositoryAround(cwd));
}

/** Progress must grow with every notification, whatever phase it comes from. */
function reporter(send: (params: { progress: number; total?: number; message: string }) => Promise<void>): (progress: Progress) => void {
  let count = 0;
  let sent = 0;
  return (progress) => {
    const now = Date.now();
    if (now - sent < 100 && progress.kind !== 'done') return;
    sent = now;
    count++;
    send({ progress: count, message: progressSentence(progress) }).catch(() => {});
  };
}
