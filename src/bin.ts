#!/usr/bin/env node
import module from 'node:module';

// The launcher has done this already; the published program does it here. Half of a start is compiling otherwise.
module.enableCompileCache?.();
const { main } = await import('./app/main.ts');
await main();
