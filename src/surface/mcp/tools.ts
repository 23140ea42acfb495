/** The tools, made from the table of operations. Names of arguments are the fields' in snake case. */
import { OPERATIONS, fieldSchema, type AnyOperation, type Field } from '../../service/mod.ts';

export interface Tool {
  readonly name: string;
  readonly operation: AnyOperation;
  /** Only offered with ENABLE_REPOSITORY_MANAGEMENT=true. */
  readonly management?: true;
}

export const TOOLS: readonly Tool[] = [
  { name: 'search_code', operation: OPERATIONS.search },
  { name: 'symbol_lookup', operation: OPERATIONS.symbol },
  { name: 'read_code', operation: OPERATIONS.read },
  { name: 'find_similar', operation: OPERATIONS.similar },
  { name: 'get_status', operation: OPERATIONS.status },
  { name: 'add_reference_repository', operation: OPERATIONS.add, management: true },
  { name: 'list_repositories', operation: OPERATIONS.list, management: true },
  { name: 'update_repository', operation: OPERATIONS.update, management: true },
  { name: 'remove_repository', operation: OPERATIONS.remove, management: true },
  { name: 'reindex', operation: OPERATIONS.reindex, management: true },
  { name: 'cleanup_expired_repositories', operation: OPERATIONS.cleanup, management: true },
];

export function toolsFor(management: boolean): readonly Tool[] {
  return TOOLS.filter((tool) => management || tool.management !== true);
}

const FORMAT: Field = { kind: 'choice', values: ['text', 'json'], text: 'default text' };
const MAX_TOKENS: Field = { kind: 'integer', least: 50, most: 1_000_000, text: 'size of the answer' };

/** The fields of a tool by the names that its callers use. */
export function argumentsOf(tool: Tool): Readonly<Record<string, Field>> {
  const own = Object.entries(tool.operation.fields as Readonly<Record<string, Field>>)
    .filter(([, field]) => field.only !== 'command')
    .map(([name, field]): [string, Field] => [snake(name), field]);
  return { ...Object.fromEntries(own), format: FORMAT, max_tokens: MAX_TOKENS };
}

export interface ListedTool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly inputSchema: { readonly type: 'object'; readonly properties: Record<string, Record<string, unknown>>; readonly required?: readonly string[] };
  readonly annotations: { readonly readOnlyHint: boolean; readonly destructiveHint?: boolean; readonly openWorldHint?: boolean };
}

/** A tool as `tools/list` shows it. */
export function describeTool(tool: Tool): ListedTool {
  const fields = Object.entries(argumentsOf(tool));
  const required = fields.filter(([, field]) => field.required === true).map(([name]) => name);
  const { effect } = tool.operation;
  return {
    name: tool.name,
    title: tool.operation.title,
    description: tool.operation.text,
    inputSchema: {
      type: 'object',
      properties: Object.fromEntries(fields.map(([name, field]) => [name, fieldSchema(field)])),
      ...(required.length === 0 ? {} : { required }),
    },
    annotations: effect === 'read' ? { readOnlyHint: true } : { readOnlyHint: false, destructiveHint: effect === 'admin' },
  };
}

/** `start_line` of a caller to `startLine` of an operation. */
export function camel(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function snake(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
