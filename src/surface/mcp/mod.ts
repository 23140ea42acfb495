/**
 * mcp: the Model Context Protocol. Tools are made from the table of operations; only this folder knows the protocol.
 */
export { TOOLS, argumentsOf, describeTool, toolsFor, type ListedTool, type Tool } from './tools.ts';
export { callTool } from './call.ts';
export { serveMcpOnStdio, type StdioOptions } from './serve.ts';
export { mountMcp, type McpMountOptions } from './mount.ts';
export { listenForSessions, type SessionsOptions } from './daemon.ts';
export type { StartHelper } from './options.ts';
export type { Greeting } from './greeting.ts';
