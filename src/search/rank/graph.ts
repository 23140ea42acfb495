/**
 * Which of some files import which others: what strong candidates import is likelier to be what they are about. Only
 * import facts and paths are compared: nothing is read from disk, no setting is run.
 */
import { languageNamed } from '../../code/mod.ts';
import { unpackImports, type BlobId, type ImportFact, type ViewId } from '../../domain/mod.ts';
import type { Store } from '../../store/mod.ts';
import { importsFile } from '../symbols/modules.ts';

/** Targets of one import; more are a whole package, which says little about each of its files. */
const MOST_TARGETS = 40;
/** Files whose imports are remembered by content. */
const REMEMBERED = 20_000;

export interface GraphFile {
  readonly view: ViewId;
  readonly path: string;
  readonly blob: BlobId;
  readonly language: string;
}

/** An import, taken apart once for all questions. */
interface Reading {
  readonly imported: ImportFact;
  /** Last words under which its file may be known, as `plain` gives them. */
  readonly names: readonly string[];
  /** Its parts as paths of files have them: as written, without an ending, with the imported name. */
  readonly ends: readonly (readonly string[])[];
  /** Whether it names the file at a path, as far as that was asked. */
  readonly tested: Map<string, boolean>;
}

/** By content and path: what an import names depends on where it stands. */
const importsByStore = new WeakMap<Store, Map<string, readonly Reading[]>>();

/** For each of `from`, by its number, the numbers of those of `files` that it imports. */
export async function importsAmong(store: Store, files: readonly GraphFile[], from: readonly number[]): Promise<ReadonlyMap<number, readonly number[]>> {
  const known = importsByStore.get(store) ?? new Map<string, readonly Reading[]>();
  importsByStore.set(store, known);
  if (known.size > REMEMBERED) known.clear();
  const unread = from.map((at) => files[at] as GraphFile).filter((file) => !known.has(keyOf(file)));
  const facts = unread.length === 0 ? new Map<BlobId, Uint8Array>() : await store.files.facts([...new Set(unread.map(({ blob }) => blob))]);
  for (const file of unread) {
    const packed = facts.get(file.blob);
    if (packed !== undefined) known.set(keyOf(file), unpackImports(packed).map(readImport));
  }
  return targetsAmong(files, from, (at) => known.get(keyOf(files[at] as GraphFile)) ?? []);
}

function keyOf({ blob, path }: GraphFile): string {
  return `${blob}:${path}`;
}

export function targetsAmong(files: readonly GraphFile[], from: readonly number[], importsAt: (at: number) => readonly Reading[]): ReadonlyMap<number, readonly number[]> {
  const byView = new Map<ViewId, ReadonlyMap<string, readonly number[]>>();
  for (const { view } of files) if (!byView.has(view)) byView.set(view, indexByName(files, view));
  return new Map(from.map((at) => {
    const file = files[at] as GraphFile;
    const index = byView.get(file.view) as ReadonlyMap<string, readonly number[]>;
    const targets = new Set(importsAt(at).flatMap((imported) => targetsOf(imported, file, files, index)));
    targets.delete(at);
    return [at, [...targets]];
  }));
}

/** Names without `_`, as `plain` gives them, of files that stand for their folder. */
const FOLDER_FILE = /^(?:index|mod|lib|init|main)$/;

/** Paths by the words an import may call them: the file's name without its ending, and its folder's. */
function indexByName(files: readonly GraphFile[], view: ViewId): ReadonlyMap<string, readonly number[]> {
  const index = new Map<string, number[]>();
  files.forEach(({ path, language, view: own }, at) => {
    if (own !== view) return;
    const segments = segmentsOf(path);
    const base = segments.at(-1) as string;
    // A folder is named where a package is, or the file that stands for its folder.
    const names = language === 'go' || FOLDER_FILE.test(base) ? [base, segments.at(-2) ?? ''] : [base];
    for (const name of names) {
      const list = index.get(name);
      if (list === undefined) index.set(name, [at]);
      else list.push(at);
    }
  });
  return index;
}

const NONE: readonly number[] = [];

function targetsOf({ imported, names, ends, tested }: Reading, file: GraphFile, files: readonly GraphFile[], byName: ReadonlyMap<string, readonly number[]>): readonly number[] {
  // Most imports are of what is no candidate.
  if (!names.some((name) => byName.has(name))) return NONE;
  const binding = languageNamed(file.language)?.binding;
  if (binding === undefined) return bySuffix(ends, files, byName);
  const found: number[] = [];
  for (const name of names) {
    for (const at of byName.get(name) ?? []) {
      const { path } = files[at] as GraphFile;
      let isNamed = tested.get(path);
      if (isNamed === undefined) tested.set(path, (isNamed = importsFile(binding, imported.source, file.path, path, imported.name)));
      if (isNamed && !found.includes(at)) found.push(at);
    }
  }
  if (found.length > 0) return found.length > MOST_TARGETS ? NONE : found;
  // Where the index begins below the root of the package, an import says more folders than the path has.
  const isWhole = (binding === 'python' || binding === 'java' || binding === 'rust') && (ends[0]?.length ?? 0) >= 2 && !imported.source.startsWith('.');
  return isWhole ? bySuffix(ends, files, byName) : NONE;
}

export function readImport(imported: ImportFact): Reading {
  const whole = partsOfSource(imported.source);
  const bare = partsOfSource(withoutEnding(imported.source));
  const names = [...whole.slice(-3), ...bare.slice(-1), plain(imported.name), ...(whole.length === 0 ? ['index'] : [])];
  return { imported, names: [...new Set(names)].filter((name) => name !== ''), ends: [whole, bare, [...whole, plain(imported.name)]], tested: new Map() };
}

/** Languages without rules of their own: the file whose path ends as the import does, by the most segments. */
function bySuffix(sources: readonly (readonly string[])[], files: readonly GraphFile[], byName: ReadonlyMap<string, readonly number[]>): readonly number[] {
  let most = 1;
  let found: number[] = [];
  for (const wanted of sources) {
    for (const at of byName.get(wanted.at(-1) ?? '') ?? []) {
      const segments = segmentsOf((files[at] as GraphFile).path);
      let same = 0;
      while (same < Math.min(wanted.length, segments.length) && wanted[wanted.length - 1 - same] === segments[segments.length - 1 - same]) same++;
      if ((same < 2 && same < segments.length && same < wanted.length) || same < most) continue;
      if (same > most) found = [];
      most = same;
      if (!found.includes(at)) found.push(at);
    }
  }
  return found.length > MOST_TARGETS ? NONE : found;
}

function partsOfSource(source: string): readonly string[] {
  return source.split(/[\\/.:]+/).filter((part) => part !== '').map(plain);
}

const segmentsByPath = new Map<string, readonly string[]>();

/** A path's folders and its file without the ending, as `plain` gives them. */
function segmentsOf(path: string): readonly string[] {
  let segments = segmentsByPath.get(path);
  if (segments === undefined) {
    if (segmentsByPath.size >= REMEMBERED) segmentsByPath.clear();
    segmentsByPath.set(path, (segments = withoutEnding(path).split('/').map(plain)));
  }
  return segments;
}

function withoutEnding(path: string): string {
  return path.replace(/(?<=[^/.])(?:\.d)?\.[A-Za-z]{1,5}$/, '');
}

function plain(name: string): string {
  return name.replaceAll('_', '').replaceAll('-', '').toLowerCase();
}
