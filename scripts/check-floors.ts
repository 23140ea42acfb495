/**
 * check-floors: does every import point downwards and through a door?
 * Type imports count: a type that comes from above couples the floors as a function does.
 */
import { posix } from 'node:path';
import { APART, ENVIRONMENT_READERS, PACKAGES, isWithin, placeOf } from './floor-table.ts';
import { blanked, importsOf, sources, type SourceFile } from './sources.ts';

const FOLDERS = ['src', 'web', 'test', 'bench', 'scripts', 'train', 'examples'];

/** Sentences, one for each fault; empty when the house stands. */
export function checkFloors(root: string): string[] {
  return floorFaults(sources(root, FOLDERS, ['.ts']));
}

/** The same over given files, for tests. */
export function floorFaults(files: readonly SourceFile[]): string[] {
  const faults: string[] = [];
  const known = new Set(files.map((file) => file.path));
  const graph = new Map<string, string[]>();
  for (const file of files) {
    const targets: string[] = [];
    for (const { specifier, line } of importsOf(file.text)) {
      const where = `${file.path}:${line}`;
      if (!specifier.startsWith('.')) {
        faults.push(...packageFaults(file.path, where, specifier));
        continue;
      }
      const target = posix.join(posix.dirname(file.path), specifier);
      if (!target.endsWith('.ts')) continue;
      if (!known.has(target)) faults.push(`${where} imports ${target}, which does not exist.`);
      else targets.push(target);
      faults.push(...importFaults(file.path, where, target));
    }
    graph.set(file.path, targets);
    if (readsEnvironment(file)) faults.push(`${file.path} reads process.env: only ${ENVIRONMENT_READERS.join(', ')} may; pass the value in.`);
    if (file.path.startsWith('src/') && placeOf(file.path)?.floor === -1) faults.push(`${file.path} stands on no floor: add its room to scripts/floor-table.ts.`);
  }
  for (const cycle of cyclesOf(graph)) faults.push(`Import cycle: ${cycle.join(' -> ')}.`);
  return faults;
}

function isTest(path: string): boolean {
  return /(\.test|\/testing)\.ts$/.test(path) || !path.startsWith('src/') || path.includes('/suite/');
}

function importFaults(path: string, where: string, target: string): string[] {
  const to = placeOf(target);
  if (to === null) return path.startsWith('src/') && !isTest(path) ? [`${where} imports ${target}: the product does not lean on what is around it.`] : [];
  const from = placeOf(path);
  const faults: string[] = [];
  const sameRoom = from !== null && from.room === to.room;
  // Nobody but the program's start enters `app`, so it has no door.
  const door = target.endsWith('/mod.ts') || to.floor === 7 || to.room === 'app';
  if (!sameRoom && !door) faults.push(`${where} enters ${target} past the door: import from src/${to.room}/mod.ts.`);
  if (from === null || isTest(path)) return faults;
  if (!sameRoom && to.floor === from.floor && from.floor !== 7) {
    faults.push(`${where} (floor ${from.floor}) imports ${target}: rooms of one floor do not import each other.`);
  }
  if (to.floor > from.floor) faults.push(`${where} (floor ${from.floor}) imports ${target} (floor ${to.floor}): imports point to lower floors only.`);
  for (const group of APART) {
    const own = group.find((folder) => isWithin(path, folder));
    const other = group.find((folder) => isWithin(target, folder));
    if (own !== undefined && other !== undefined && own !== other) faults.push(`${where} imports ${target}: ${own} and ${other} do not know each other.`);
  }
  return faults;
}

function packageFaults(path: string, where: string, specifier: string): string[] {
  if (isTest(path)) return [];
  const rule = PACKAGES.find(({ name }) => specifier === name || specifier.startsWith(`${name}/`));
  if (rule === undefined || rule.within.some((folder) => isWithin(path, folder))) return [];
  return [`${where} imports ${specifier}: only ${rule.within.join(', ') || 'tests'} may.`];
}

function readsEnvironment(file: SourceFile): boolean {
  if (isTest(file.path) || ENVIRONMENT_READERS.some((folder) => isWithin(file.path, folder))) return false;
  return /\bprocess\s*\.\s*env\b/.test(blanked(file.text));
}

/** One cycle for each knot of files, shortest way round from its first file. */
function cyclesOf(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const cycles: string[][] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): void => {
    const at = path.indexOf(file);
    if (at >= 0) {
      cycles.push([...path.slice(at), file]);
      return;
    }
    if (done.has(file)) return;
    path.push(file);
    for (const next of graph.get(file) ?? []) visit(next);
    path.pop();
    done.add(file);
  };
  for (const file of graph.keys()) visit(file);
  return cycles;
}
