/**
 * cli: the command line. Made from the table of operations; knows terminals, exit codes and nothing of the engine.
 */
export { runCli } from './run.ts';
export { COMMANDS, fieldsOf } from './commands.ts';
export { flagText, flagUsage, flagsOf } from './field-flags.ts';
export { EXIT, exitCodeOf } from './exit.ts';
