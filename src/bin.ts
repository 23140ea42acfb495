#!/usr/bin/env node
import module from 'node:module';

// Compiled code is kept by Node between runs: half of a start is spent compiling otherwise.
module.enableCompileCache?.();
const { main } = await import('./app/main.ts');
await main();
