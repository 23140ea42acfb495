/** Drives a whole run: downloads ahead, mines in child processes, writes packages in the order of the list, each at once. */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { zstdCompress } from 'node:zlib';
import { lot, packFingerprints, unpackFingerprints } from './fingerprint.ts';
import { manifestOf, tally, type Manifest, type PackageRecord } from './manifest.ts';
import { openMiner, type Miner } from './process.ts';
import { download, openRegistries, type Registries, type Wanted } from './registries.ts';
import type { Unit } from './unit.ts';

const compress = promisify(zstdCompress);
const AHEAD = 14;
const MANIFEST_MILLIS = 5_000;

export interface CorpusOptions {
  readonly out: string;
  readonly packages: readonly Wanted[];
  readonly processes: number;
  /** Debian releases beside those that apt is set to, looked in first. */
  readonly suites: readonly string[];
  log(line: string): void;
}

/** Mines what is not yet there. `failed` has a sentence for each package that could not be; the others are complete. */
export async function makeCorpus(options: CorpusOptions): Promise<{ readonly manifest: Manifest; readonly failed: readonly string[] }> {
  const run = new Run(options);
  return run.all();
}

class Run {
  readonly #options: CorpusOptions;
  readonly #folders: { readonly units: string; readonly packages: string; readonly prints: string; readonly temporary: string };
  readonly #records: PackageRecord[] = [];
  readonly #seen = new Set<number>();
  readonly #failed: string[] = [];
  #todo: readonly Wanted[] = [];
  #fetched = new Map<number, ReturnType<typeof download>>();
  /** Mined packages that wait for those before them in the order. */
  readonly #waiting = new Map<number, () => Promise<void>>();
  #nextCommit = 0;
  #committing: Promise<void> = Promise.resolve();
  #manifestAt = 0;

  constructor(options: CorpusOptions) {
    this.#options = options;
    const at = (name: string): string => join(options.out, name);
    this.#folders = { units: at('units'), packages: at('packages'), prints: at('prints'), temporary: at('temporary') };
    rmSync(this.#folders.temporary, { recursive: true, force: true, maxRetries: 5 });
    for (const folder of Object.values(this.#folders)) mkdirSync(folder, { recursive: true });
  }

  async all(): Promise<{ manifest: Manifest; failed: readonly string[] }> {
    const { packages, processes, suites, log } = this.#options;
    for (const file of readdirSync(this.#folders.packages).filter((name) => name.endsWith('.json')).sort()) this.#resume(file);
    this.#todo = packages
      .filter((wanted) => !existsSync(join(this.#folders.packages, `${fileName(wanted)}.json`)))
      .map((wanted) => ({ wanted, at: lot(labelOf(wanted)) })).sort((a, b) => a.at - b.at).map(({ wanted }) => wanted);
    log(`${packages.length} packages, ${this.#todo.length} to do`);
    const registries = await openRegistries(new Set(this.#todo.filter(({ registry }) => registry === 'debian').map(({ name }) => name)), suites, join(this.#options.out, 'apt'));
    let next = 0;
    await Promise.all(Array.from({ length: processes }, async () => {
      const miner = openMiner();
      while (next < this.#todo.length) {
        const index = next++;
        for (let ahead = index; ahead < Math.min(index + AHEAD, this.#todo.length); ahead++) this.#fetch(ahead, registries);
        await this.#one(index, miner);
      }
      miner.close();
    }));
    await this.#committing;
    await this.#writeManifest(true);
    rmSync(this.#folders.temporary, { recursive: true, force: true, maxRetries: 5 });
    return { manifest: manifestOf(this.#records), failed: this.#failed };
  }

  #resume(file: string): void {
    this.#records.push(JSON.parse(readFileSync(join(this.#folders.packages, file), 'utf8')) as PackageRecord);
    for (const print of unpackFingerprints(readFileSync(join(this.#folders.prints, file.replace(/\.json$/, '.bin'))))) this.#seen.add(print);
  }

  #fetch(index: number, registries: Registries): void {
    if (this.#fetched.has(index)) return;
    const wanted = this.#todo[index] as Wanted;
    const fetching = registries.resolve(wanted).then((versions) => download(versions, this.#folders.temporary, fileName(wanted)));
    // Asked for later: until then a failure is nobody's.
    fetching.catch(() => undefined);
    this.#fetched.set(index, fetching);
  }

  async #one(index: number, miner: Miner): Promise<void> {
    const wanted = this.#todo[index] as Wanted;
    const label = labelOf(wanted);
    let commit = async (): Promise<void> => undefined;
    try {
      const { version, licence, files } = await (this.#fetched.get(index) as ReturnType<typeof download>);
      this.#fetched.delete(index);
      const started = performance.now();
      const output = join(this.#folders.temporary, `${fileName(wanted)}.units`);
      const mined = await miner.mine({ package: label, archives: files, languages: wanted.languages, capBytes: wanted.capBytes, skip: [] }, output);
      await Promise.all(files.map((path) => rm(path, { force: true })));
      const seconds = Math.round(performance.now() - started) / 1_000;
      commit = () => this.#commit(wanted, output, { package: label, version, licence: mined.licence ?? licence, seconds, counts: mined.counts });
    } catch (error) {
      this.#fail(label, error);
    }
    this.#waiting.set(index, commit);
    this.#committing = this.#committing.then(() => this.#commitReady());
    await this.#committing;
  }

  #fail(label: string, error: unknown): void {
    const sentence = `${label} failed: ${error instanceof Error ? error.message : String(error)}`;
    this.#failed.push(sentence);
    this.#options.log(sentence);
  }

  async #commitReady(): Promise<void> {
    for (let commit = this.#waiting.get(this.#nextCommit); commit !== undefined; commit = this.#waiting.get(this.#nextCommit)) {
      this.#waiting.delete(this.#nextCommit++);
      await commit();
    }
  }

  /** Leaves out what earlier packages have, and puts the package in place; its record comes last. */
  async #commit(wanted: Wanted, output: string, about: Pick<PackageRecord, 'package' | 'version' | 'licence' | 'seconds' | 'counts'>): Promise<void> {
    const [lines, prints] = [(await readFile(output, 'utf8')).split('\n'), await readFile(`${output}.prints`)];
    const kept: string[] = [];
    const own: number[] = [];
    for (let i = 0; i * 6 < prints.length; i++) {
      const print = prints.readUIntBE(i * 6, 6);
      if (this.#seen.has(print)) continue;
      this.#seen.add(print);
      own.push(print);
      kept.push(lines[i] as string);
    }
    const text = kept.map((line) => `${line}\n`).join('');
    const record: PackageRecord = {
      ...about, copiesOfOthers: prints.length / 6 - kept.length, units: kept.length, bytes: Buffer.byteLength(text),
      languages: tally(kept.map((line) => JSON.parse(line) as Unit)),
    };
    const name = fileName(wanted);
    await place(join(this.#folders.units, `${name}.ndjson.zst`), await compress(text));
    await place(join(this.#folders.prints, `${name}.bin`), packFingerprints(own));
    await place(join(this.#folders.packages, `${name}.json`), Buffer.from(`${JSON.stringify(record)}\n`));
    await Promise.all([rm(output), rm(`${output}.prints`)]);
    this.#records.push(record);
    const documented = Object.values(record.languages).reduce((sum, own) => sum + own.documented, 0);
    this.#options.log(`${record.package} ${record.version}: ${record.units} units, ${documented} documented, ${record.counts.files} files, ${record.seconds} s (${this.#records.length}/${this.#options.packages.length})`);
    await this.#writeManifest(false);
  }

  async #writeManifest(now: boolean): Promise<void> {
    if (!now && performance.now() - this.#manifestAt < MANIFEST_MILLIS) return;
    this.#manifestAt = performance.now();
    await place(join(this.#options.out, 'manifest.json'), Buffer.from(`${JSON.stringify(manifestOf(this.#records), null, 1)}\n`));
  }
}

function labelOf({ registry, name }: Wanted): string {
  return `${registry}/${name}`;
}

function fileName(wanted: Wanted): string {
  return labelOf(wanted).replace(/[^\w.+-]/g, '-');
}

/** A reader sees the old file or the new one, whole. */
async function place(path: string, bytes: Uint8Array): Promise<void> {
  await writeFile(`${path}.part`, bytes);
  await rename(`${path}.part`, path);
}
