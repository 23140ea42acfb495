/**
 * Where packages come from: Debian's source index as apt has it on this machine (`deb-src` lines must be there and
 * `apt-get update` must have run), and the npm registry that npm is set to. Every archive is checked against its digest.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const TRIES = 4;
const ARCHIVE = /\.tar\.(?:gz|xz|bz2|zst)$/;

/** One line of the list. */
export interface Wanted {
  readonly registry: 'debian' | 'npm';
  readonly name: string;
  /** npm only. */
  readonly version: string | null;
  /** Only these languages are mined, where given. */
  readonly languages: readonly string[] | null;
  readonly capBytes: number;
}

export interface Archive {
  readonly url: string;
  readonly digest: { readonly algorithm: string; readonly hex: string };
}

export interface Resolved {
  readonly version: string;
  /** Where the registry says it; Debian's stands within the archive. */
  readonly licence: string | null;
  readonly archives: readonly Archive[];
}

export interface Registries {
  /** Where it may be had from, best first. Throws `Error` with a sentence when the package or the version is not there. */
  resolve(wanted: Wanted): Promise<readonly Resolved[]>;
}

/** Source taken of one package where its line names no cap. */
const CAP_MEGABYTES = 8;

/**
 * `debian gsl`, `npm mnemonist@0.40.8 typescript,javascript cap=20`; `#` opens a comment. Throws `Error` naming the line
 * that does not read.
 */
export function readPackageList(text: string): Wanted[] {
  const wanted: Wanted[] = [];
  const seen = new Set<string>();
  text.split('\n').forEach((line, index) => {
    const words = line.replace(/(?:^|\s)#.*/, '').trim().split(/\s+/);
    if (words[0] === '') return;
    const [registry, spec = ''] = words;
    const at = registry === 'npm' ? spec.lastIndexOf('@') : -1;
    const name = at > 0 ? spec.slice(0, at) : spec;
    const cap = words.slice(2).find((word) => word.startsWith('cap='));
    const languages = words.slice(2).find((word) => !word.includes('='))?.split(',') ?? null;
    if ((registry !== 'debian' && registry !== 'npm') || name === '' || (registry === 'npm' && at <= 0)) {
      throw new Error(`line ${index + 1} of the package list does not read: ${line}`);
    }
    if (seen.has(`${registry}/${name}`)) throw new Error(`line ${index + 1} of the package list names ${name} again`);
    seen.add(`${registry}/${name}`);
    wanted.push({ registry, name, version: at > 0 ? spec.slice(at + 1) : null, languages, capBytes: Number(cap?.slice(4) ?? CAP_MEGABYTES) * 1_000_000 });
  });
  return wanted;
}

/**
 * Reads the source indexes once; npm is asked for each package. `suites` are Debian releases to look in first, in this
 * order, beside those that apt is set to; their indexes are kept in `folder` and checked by apt as its own are.
 */
export async function openRegistries(names: ReadonlySet<string>, suites: readonly string[], folder: string): Promise<Registries> {
  const debian = await debianSources(names, suites, folder);
  const npm = (await run('npm', ['config', 'get', 'registry'])).stdout.trim().replace(/\/?$/, '/');
  return {
    async resolve({ registry, name, version }) {
      if (registry === 'npm') return [await npmPackage(npm, name, version as string)];
      const found = debian.get(name);
      if (found === undefined) throw new Error(`Debian's source index has no package ${name}: check the deb-src lines and run apt-get update`);
      return found;
    },
  };
}

/** Every version that a suite has, in the order of the suites. */
async function debianSources(names: ReadonlySet<string>, suites: readonly string[], folder: string): Promise<Map<string, Resolved[]>> {
  const found = new Map<string, Resolved[]>();
  if (names.size === 0) return found;
  const own = await sourceIndexes([]);
  const [main] = own;
  if (main === undefined) throw new Error('apt knows no source index: add deb-src lines and run apt-get update');
  const more = suites.length === 0 ? [] : await indexesOf(suites, main, folder);
  for (const { file, base } of [...more, ...own]) {
    const index = await run('/usr/lib/apt/apt-helper', ['cat-file', file], { maxBuffer: 1 << 30 });
    for (const stanza of index.stdout.split('\n\n')) {
      const name = /^Package: (\S+)/.exec(stanza)?.[1];
      if (name === undefined || !names.has(name)) continue;
      const versions = found.get(name) ?? [];
      found.set(name, [...versions, debianPackage(base, stanza)]);
    }
  }
  return found;
}

interface SourceIndex {
  readonly file: string;
  /** Address of the archive that the index describes. */
  readonly base: string;
  readonly signedBy: string;
}

async function sourceIndexes(options: readonly string[]): Promise<SourceIndex[]> {
  const targets = await run('apt-get', [...options, 'indextargets', '--format', '$(FILENAME)|$(REPO_URI)|$(SIGNED_BY)', 'Created-By: Sources']);
  return targets.stdout.trim().split('\n').filter((line) => line !== '').map((line) => {
    const [file = '', base = '', signedBy = ''] = line.split('|');
    return { file, base, signedBy };
  });
}

/** Indexes of other suites of the same archive, kept apart from the machine's own. */
async function indexesOf(suites: readonly string[], { base, signedBy }: SourceIndex, folder: string): Promise<SourceIndex[]> {
  const lists = join(folder, 'lists');
  await mkdir(join(lists, 'partial'), { recursive: true });
  const list = join(folder, 'sources.list');
  await writeFile(list, suites.map((suite) => `deb-src ${signedBy.startsWith('/') ? `[signed-by=${signedBy}] ` : ''}${base} ${suite} main\n`).join(''));
  const options = ['-o', `Dir::Etc::sourcelist=${list}`, '-o', 'Dir::Etc::sourceparts=/dev/null', '-o', `Dir::State::lists=${lists}`];
  await run('apt-get', [...options, 'update'], { maxBuffer: 1 << 24 });
  return sourceIndexes(options);
}

function debianPackage(base: string, stanza: string): Resolved {
  const version = /^Version: (\S+)/m.exec(stanza)?.[1] ?? '';
  const folder = /^Directory: (\S+)/m.exec(stanza)?.[1] ?? '';
  const files = /^Checksums-Sha256:\n((?: .*\n?)+)/m.exec(stanza)?.[1] ?? '';
  const archives = files.trim().split('\n').map((line) => line.trim().split(' ')).flatMap(([hex = '', , file = '']) =>
    ARCHIVE.test(file) ? [{ url: `${base.replace(/\/?$/, '/')}${folder}/${file}`, digest: { algorithm: 'sha256', hex } }] : []);
  return { version, licence: null, archives };
}

async function npmPackage(registry: string, name: string, version: string): Promise<Resolved> {
  const bytes = await fetchBytes(`${registry}${name.replace('/', '%2f')}/${version}`);
  const described = JSON.parse(bytes.toString('utf8')) as { license?: unknown; dist?: { tarball?: string; integrity?: string } };
  const [algorithm, base64] = (described.dist?.integrity ?? '').split('-', 2);
  if (described.dist?.tarball === undefined || algorithm === undefined || base64 === undefined) throw new Error(`npm gives no archive with a digest for ${name}@${version}`);
  const archive = { url: described.dist.tarball, digest: { algorithm, hex: Buffer.from(base64, 'base64').toString('hex') } };
  return { version, licence: typeof described.license === 'string' ? described.license : null, archives: [archive] };
}

/**
 * Writes the archives of the first version that can be had into `folder`. Throws `Error` when there is none, or when bytes
 * do not have the digest that the registry names.
 */
export async function download(versions: readonly Resolved[], folder: string, prefix: string): Promise<Resolved & { readonly files: readonly string[] }> {
  let missing: Error | null = null;
  for (const resolved of versions) {
    try {
      const archives = (await Promise.all(resolved.archives.map(fetchArchive))).filter((archive) => archive !== null);
      const files = archives.map(({ name }) => join(folder, `${prefix}--${name}`));
      await Promise.all(archives.map(({ bytes }, index) => writeFile(files[index] as string, bytes)));
      return { ...resolved, files };
    } catch (error) {
      if (!(error instanceof NotThere)) throw error;
      missing = error;
    }
  }
  throw missing ?? new Error('no version is known');
}

/** Null for Debian's own additions where a mirror has lost them: they hold the licence's name and no code. */
async function fetchArchive({ url, digest }: Archive): Promise<{ name: string; bytes: Buffer } | null> {
  const bytes = await fetchBytes(url).catch((error: unknown) => {
    if (error instanceof NotThere && /\.debian\.tar\.\w+$/.test(url)) return null;
    throw error;
  });
  if (bytes === null) return null;
  const hex = createHash(digest.algorithm).update(bytes).digest('hex');
  if (hex !== digest.hex) throw new Error(`${url} has the digest ${hex}, the registry says ${digest.hex}`);
  return { name: url.slice(url.lastIndexOf('/') + 1), bytes };
}

class NotThere extends Error {}

async function fetchBytes(url: string): Promise<Buffer> {
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(300_000) });
      if (response.ok) return Buffer.from(await response.arrayBuffer());
      if (response.status < 500 && response.status !== 429) throw new NotThere(`${url} answers ${response.status}`);
      throw new Error(`${url} answers ${response.status}`);
    } catch (error) {
      if (error instanceof NotThere || attempt === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, 1_000 * attempt ** 2));
    }
  }
}
