/** What candidates say about each other: who imports whom, who stands beside whom, and which of two versions is the older one. */
import type { Store } from '../../store/mod.ts';
import type { Among } from './features.ts';
import { importsAmong, type GraphFile } from './graph.ts';
import type { PathEvidence } from './place.ts';
import type { Question } from './question.ts';

/** Candidates whose imports are read. Weaker ones have next to nothing to give. */
const VOICES = 20;
/** How soon the strength of a candidate falls with its place. */
const SOFTENING = 1;

/** A candidate with what is known before the others speak: `strength` says how good it is, in any unit. */
export interface Neighbour extends GraphFile {
  readonly strength: number;
}

export async function amongOf(store: Store, files: readonly Neighbour[]): Promise<readonly Among[]> {
  const order = files.map((_, at) => at).sort((a, b) => (files[b] as Neighbour).strength - (files[a] as Neighbour).strength || a - b);
  const voice = new Float64Array(files.length);
  order.forEach((at, place) => {
    voice[at] = SOFTENING / (SOFTENING + place);
  });
  const imported = new Float64Array(files.length);
  for (const [from, targets] of await importsAmong(store, files, order.slice(0, VOICES))) {
    for (const target of targets) imported[target] = (imported[target] as number) + (voice[from] as number);
  }
  const folders = files.map(({ view, path }) => `${view}:${path.slice(0, Math.max(0, path.lastIndexOf('/')))}`);
  const byFolder = new Map<string, number>();
  folders.forEach((folder, at) => byFolder.set(folder, (byFolder.get(folder) ?? 0) + (voice[at] as number)));
  return files.map((_, at) => ({ imported: imported[at] as number, folder: (byFolder.get(folders[at] as string) as number) - (voice[at] as number) }));
}

/** Of candidates that are versions of one thing those that are not the greatest, unless the question names their version. */
export function olderOf(paths: readonly PathEvidence[], question: Question): readonly boolean[] {
  const greatest = new Map<string, number>();
  for (const { versions } of paths) for (const { of, number } of versions) greatest.set(of, Math.max(greatest.get(of) ?? 0, number));
  return paths.map(({ versions }) => versions.some(({ of, number }) => number < (greatest.get(of) as number) && !question.versions.includes(number)));
}
