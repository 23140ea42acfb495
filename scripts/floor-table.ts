/** The floors of the house, as data. docs/architecture.md quotes `floorTable()`, and a test compares the two. */

/** A room imports from lower floors only, and only through their doors. */
export const FLOORS: readonly { readonly floor: number; readonly rooms: readonly string[] }[] = [
  { floor: 0, rooms: ['base'] },
  { floor: 1, rooms: ['domain', 'words'] },
  { floor: 2, rooms: ['code', 'repo', 'store', 'embed', 'queue', 'cluster'] },
  { floor: 3, rooms: ['search', 'indexing'] },
  { floor: 4, rooms: ['service'] },
  { floor: 5, rooms: ['surface'] },
  { floor: 6, rooms: ['app'] },
  { floor: 7, rooms: ['mod.ts', 'bin.ts'] },
];

/** Folders of one room that must not know each other: each hides one protocol or one database. */
export const APART: readonly (readonly string[])[] = [
  ['src/surface/mcp', 'src/surface/cli', 'src/surface/rest', 'src/surface/page'],
  ['src/store/sqlite', 'src/store/postgres'],
];

/** Packages that only some folders may import. Test files may import what they need to check from outside. */
export const PACKAGES: readonly { readonly name: string; readonly within: readonly string[] }[] = [
  { name: 'better-sqlite3', within: ['src/store/sqlite'] },
  { name: 'better-sqlite3-multiple-ciphers', within: ['src/store/sqlite'] },
  { name: 'pg', within: ['src/store/postgres'] },
  { name: 'pg-copy-streams', within: ['src/store/postgres'] },
  { name: 'web-tree-sitter', within: ['src/code/parse'] },
  { name: 'node:worker_threads', within: ['src/code/threads'] },
  { name: '@parcel/watcher', within: ['src/repo'] },
  { name: 'tar', within: ['src/repo'] },
  { name: 'yauzl', within: ['src/repo'] },
  { name: 'onnxruntime-node', within: ['src/embed/onnx'] },
  { name: '@huggingface/tokenizers', within: ['src/embed/onnx'] },
  { name: 're2js', within: ['src/search'] },
  { name: '@modelcontextprotocol/server', within: ['src/surface/mcp'] },
  { name: '@modelcontextprotocol/client', within: [] },
  { name: 'fastify', within: ['src/surface/http', 'src/surface/rest', 'src/surface/page', 'src/surface/mcp'] },
  { name: 'jose', within: ['src/surface/http'] },
  { name: 'prom-client', within: ['src/surface/http'] },
  { name: 'pino', within: ['src/app/serve'] },
  { name: '@sentry/node', within: ['src/app/serve'] },
  { name: '@opentelemetry/api', within: ['src/app/serve'] },
  { name: '@opentelemetry/sdk-trace-base', within: ['src/app/serve'] },
  { name: '@opentelemetry/exporter-trace-otlp-http', within: ['src/app/serve'] },
  { name: '@opentelemetry/resources', within: ['src/app/serve'] },
  { name: 'bullmq', within: ['src/queue/bullmq'] },
  { name: 'ioredis', within: ['src/queue/bullmq', 'src/cluster/redis'] },
];

/** The only readers of the environment: our settings in `app`; git's own variables where git is called. */
export const ENVIRONMENT_READERS: readonly string[] = ['src/app', 'src/bin.ts', 'src/repo/git.ts', 'src/repo/converted.ts'];

/** The table as docs/architecture.md shows it. */
export function floorTable(): string {
  const floors = FLOORS.map(({ floor, rooms }) => `| ${floor} | ${rooms.map((room) => `\`src/${room}\``).join(' ')} |`);
  const packages = PACKAGES.map(({ name, within }) => `| \`${name}\` | ${within.map((folder) => `\`${folder}\``).join(' ') || 'tests only'} |`);
  return [
    '| floor | rooms |', '|---|---|', ...floors, '',
    '| package | only in |', '|---|---|', ...packages,
    `| \`process.env\` | ${ENVIRONMENT_READERS.map((folder) => `\`${folder}\``).join(' ')} |`,
  ].join('\n');
}

/** The floor and room of a file of `src`, or null for a file elsewhere. */
export function placeOf(path: string): { readonly floor: number; readonly room: string } | null {
  const room = /^src\/([^/]+)/.exec(path)?.[1];
  if (room === undefined) return null;
  for (const { floor, rooms } of FLOORS) if (rooms.includes(room)) return { floor, room };
  return { floor: -1, room };
}

export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}
