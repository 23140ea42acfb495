/**
 * mcp: the Model Context Protocol. Tools are made from the table of operations; only this folder knows the protocol.
 */
export { TOOLS, argumentsOf, describeTool, toolsFor, type ListedTool, type Tool } from './tools.ts';
export { callTool } from './call.ts';
export { serveMcpOnStdio } from './serve.ts';
