/** One server object of the protocol's library: tools as they are listed and called, whatever carries the messages. */
import { Server, type ListToolsResult } from '@modelcontextprotocol/server';
import type { Progress } from '../../domain/mod.ts';
import { allows, progressSentence, type Service } from '../../service/mod.ts';
import { callTool } from './call.ts';
import type { Cancellable } from './cancellations.ts';
import { CAPABILITIES, INSTRUCTIONS } from './greeting.ts';
import { describeTool, toolsFor, type Tool } from './tools.ts';

/** Whom tools run for. */
export interface Host {
  /** As the caller sees it. */
  readonly service: Service;
  readonly version: string;
  /** Offer the tools that add, update and remove repositories. */
  readonly management: boolean;
  /** What is being indexed for this session, one sentence each. */
  activity(): readonly string[];
  /** Resolves when a call of this tool may be answered. */
  ready(tool: Tool): Promise<void>;
  /** Where cancellations come by other connections: a further signal that ends the call of this id. */
  begin?(id: string | number): Cancellable;
}

/** Progress is told at most this often. */
const PROGRESS_MILLIS = 100;

export function makeServer(host: Host): Server {
  const server = new Server({ name: 'code-index', version: host.version }, { capabilities: CAPABILITIES, instructions: INSTRUCTIONS });
  const offered = toolsFor(host.management);
  // A tool that the caller's role cannot use would only cost tokens.
  const listed = offered.filter(({ operation }) => allows(host.service.identity, operation));
  server.setRequestHandler('tools/list', () => ({ tools: listed.map(describeTool) as ListToolsResult['tools'] }));
  server.setRequestHandler('tools/call', async (request, { mcpReq }) => {
    const tool = offered.find((one) => one.name === request.params.name);
    if (tool === undefined) {
      return { content: [{ type: 'text' as const, text: `not_found: There is no tool ${JSON.stringify(request.params.name)}. Use one of: ${listed.map((one) => one.name).join(', ')}.` }], isError: true };
    }
    const token = request.params._meta?.progressToken;
    const onProgress = token === undefined ? undefined : reporter((params) => mcpReq.notify({ method: 'notifications/progress', params: { progressToken: token, ...params } }));
    await host.ready(tool);
    using also = host.begin?.(mcpReq.id);
    const signal = also === undefined ? mcpReq.signal : AbortSignal.any([mcpReq.signal, also.signal]);
    return { ...(await callTool(host.service, tool, request.params.arguments ?? {}, { signal, activity: () => host.activity(), ...(onProgress === undefined ? {} : { onProgress }) })) };
  });
  return server;
}

/** Progress must grow with every notification, whatever phase it comes from. */
function reporter(send: (params: { progress: number; total?: number; message: string }) => Promise<void>): (progress: Progress) => void {
  let count = 0;
  let sent = 0;
  return (progress) => {
    const now = Date.now();
    if (now - sent < PROGRESS_MILLIS && progress.kind !== 'done') return;
    sent = now;
    count++;
    send({ progress: count, message: progressSentence(progress) }).catch(() => {});
  };
}
