#!/usr/bin/env node
import module from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

// The launcher has done this already; the published program does it here. Half of a start is compiling otherwise.
// In the user's own folder, not in the shared temporary one: what lies there is run.
module.enableCompileCache?.(process.env.NODE_COMPILE_CACHE || join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'code-index', 'compiled'));
// Where a server of this machine is shared, a session is a pipe to it, and nothing else has to be loaded.
const begun = process.argv[2] === 'mcp' ? await (await import('./app/attach.ts')).attachThis(process.argv.slice(2)) : null;
if (begun === 'left') process.exit(0);
const { main } = await import('./app/main.ts');
await main(begun);
