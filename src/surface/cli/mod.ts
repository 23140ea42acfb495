/**
 * cli: the command line. Made from the table of operations; knows terminals, exit codes and nothing of the engine.
 */
export { runCli, type CliContext } from './run.ts';
export { COMMANDS, fieldsOf, type Command } from './commands.ts';
export { flagsOf } from './arguments.ts';
export { flagText, flagUsage } from './help.ts';
export { CLIENTS } from './install.ts';
