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

const importsByStore = new WeakMap<Store, Map<BlobId, readonly ImportFact[]>>();

/** For each of `from`, by its number, the numbers of those of `files` that it imports. */
export async function importsAmong(store: Store, files: readonly GraphFile[], from: readonly number[]): Promise<ReadonlyMap<number, readonly number[]>> {
  const imports = await importsOf(store, from.map((at) => (files[at] as GraphFile).blob));
  return targetsAmong(files, from, (at) => imports.get((files[at] as GraphFile).blob) ?? []);
}

export function targetsAmong(files: readonly GraphFile[], from: readonly number[], importsAt: (at: number) => readonly ImportFact[]): ReadonlyMap<number, readonly number[]> {
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

/** Import facts by blob. A blob never changes, so what was read once holds. */
async function importsOf(store: Store, blobs: readonly BlobId[]): Promise<ReadonlyMap<BlobId, readonly ImportFact[]>> {
  const known = importsByStore.get(store) ?? new Map<BlobId, readonly ImportFact[]>();
  importsByStore.set(store, known);
  if (known.size > REMEMBERED) known.clear();
  const unread = blobs.filter((blob) => !known.has(blob));
  for (const [blob, packed] of unread.length === 0 ? [] : await store.files.facts(unread)) known.set(blob, unpackImports(packed));
  return known;
}

/** Names without `_`, as `plain` gives them, of files that stand for their folder. */
const FOLDER_FILE = /^(?:index|mod|lib|init|main)$/;

/** Paths by the words an import may call them: the file's name without its ending, and its folder's. */
function indexByName(files: readonly GraphFile[], view: ViewId): ReadonlyMap<string, readonly number[]> {
  const index = new Map<string, number[]>();
  files.forEach(({ path, language, view: own }, at) => {
    if (own !== view) return;
    const segments = path.split('/');
    const base = plain(withoutEnding(segments.at(-1) as string));
    // A folder is named where a package is, or the file that stands for its folder.
    const names = language === 'go' || FOLDER_FILE.test(base) ? [base, plain(segments.at(-2) ?? '')] : [base];
    for (const name of names) {
      const list = index.get(name);
      if (list === undefined) index.set(name, [at]);
      else list.push(at);
    }
  });
  return index;
}

function targetsOf(imported: ImportFact, file: GraphFile, files: readonly GraphFile[], byName: ReadonlyMap<string, readonly number[]>): readonly number[] {
  const whole = partsOfSource(imported.source);
  const bare = partsOfSource(withoutEnding(imported.source));
  const binding = languageNamed(file.language)?.binding;
  if (binding !== undefined) {
    const found = new Set<number>();
    for (const name of new Set([...whole.slice(-3), ...bare.slice(-1), imported.name, ...(whole.length === 0 ? ['index'] : [])].map(plain))) {
      for (const at of byName.get(name) ?? []) {
        if (importsFile(binding, imported.source, file.path, (files[at] as GraphFile).path, imported.name)) found.add(at);
      }
    }
    if (found.size > 0 || binding === 'javascript' || binding === 'c' || binding === 'go' || imported.source.startsWith('.')) return found.size > MOST_TARGETS ? [] : [...found];
  }
  // Where the index begins below the root of the package, an import says more folders than the path has.
  return bySuffix([whole, bare, [...whole, imported.name]], files, byName);
}

/** Languages without rules of their own: the file whose path ends as the import does, by the most segments. */
function bySuffix(sources: readonly (readonly string[])[], files: readonly GraphFile[], byName: ReadonlyMap<string, readonly number[]>): readonly number[] {
  let most = 0;
  let found = new Set<number>();
  for (const source of sources) {
    const wanted = source.map(plain);
    for (const at of byName.get(wanted.at(-1) ?? '') ?? []) {
      const segments = withoutEnding((files[at] as GraphFile).path).split('/').map(plain);
      let same = 0;
      while (same < Math.min(wanted.length, segments.length) && wanted[wanted.length - 1 - same] === segments[segments.length - 1 - same]) same++;
      if ((same < 2 && same < segments.length && same < wanted.length) || same < most || same === 0) continue;
      if (same > most) found = new Set();
      most = same;
      found.add(at);
    }
  }
  return found.size > MOST_TARGETS ? [] : [...found];
}

function partsOfSource(source: string): readonly string[] {
  return source.split(/[\\/.:]+/).filter((part) => part !== '');
}

function withoutEnding(path: string): string {
  return path.replace(/(?<=[^/.])(?:\.d)?\.[A-Za-z]{1,5}$/, '');
}

function plain(name: string): string {
  return name.replaceAll('_', '').replaceAll('-', '').toLowerCase();
}
