#!/usr/bin/env node
import module from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

// The launcher has done this already; the published program does it here. Half of a start is compiling otherwise.
// In the user's own folder, not in the shared temporary one: what lies there is run.
module.enableCompileCache?.(process.env.NODE_COMPILE_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'code-index', 'compiled'));
const { main } = await import('./app/main.ts');
await main();
