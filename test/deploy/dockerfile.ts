/** Reads a Dockerfile: its stages, and what the last of them says of the container. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

export const ROOT: string = path.resolve(import.meta.dirname, '..', '..');

export interface Instruction {
  readonly name: string;
  readonly text: string;
}

export interface Stage {
  readonly from: string;
  readonly instructions: readonly Instruction[];
}

/** Stages of a Dockerfile of the repository; lines that end in a backslash go on in the next. */
export function stagesOf(file: string): Stage[] {
  const text = readFileSync(path.join(ROOT, file), 'utf8').replaceAll(/^\s*#.*\n/gm, '').replaceAll(/\\\n\s*/g, ' ');
  const stages: { from: string; instructions: Instruction[] }[] = [];
  for (const line of text.split('\n').filter((one) => one.trim() !== '')) {
    const [, name = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
    if (name === 'FROM') stages.push({ from: rest, instructions: [] });
    else stages.at(-1)?.instructions.push({ name, text: rest });
  }
  return stages;
}

export function valueOf(stage: Stage, name: string): string {
  const found = stage.instructions.findLast((one) => one.name === name);
  if (found === undefined) throw new Error(`the stage FROM ${stage.from} has no ${name}`);
  return found.text;
}

/** Exec form: a list, so that no shell is asked. */
export function commandOf(stage: Stage, name: string): string[] {
  return JSON.parse(valueOf(stage, name).replace(/^.*?(?=\[)/, '')) as string[];
}

/** The variables of ENV. */
export function environmentOf(stage: Stage): Record<string, string> {
  const pairs = stage.instructions.filter(({ name }) => name === 'ENV').flatMap(({ text }) => text.trim().split(/\s+/));
  return Object.fromEntries(pairs.map((pair) => pair.split(/=(.*)/s).slice(0, 2) as [string, string]));
}
