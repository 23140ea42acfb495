/** One package: its archives in, its units out, copies within the package and everything excluded left out. */
import { spawn } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { languageNamed, languageOf } from '../../src/code/mod.ts';
import type { FactsParser } from '../../src/code/parse/mod.ts';
import { definitionUnits, prototypeDocs } from './definitions.ts';
import { fingerprint } from './fingerprint.ts';
import { changeUnits, drawn, isChangeLog, isManual, sectionUnits } from './prose.ts';
import { codeLanguage, innerPath, isGenerated, isTestPath, isWanted, withinShare, type Excluder } from './selection.ts';
import { tarEntries, type TarEntry } from './tar.ts';
import { UNIT_LIMITS, type Unit } from './unit.ts';

const DENSE_CHARS_MIN = 80;
const ARCHIVE_BYTES_MAX = 400_000_000;

export interface MineJob {
  readonly package: string;
  readonly archives: readonly string[];
  readonly languages: readonly string[] | null;
  readonly capBytes: number;
  /** Paths at which a grammar crashed before. */
  readonly skip: readonly string[];
}

export interface Exclusions {
  readonly names: Excluder;
  readonly fingerprints: ReadonlySet<number>;
}

export interface MineCounts {
  files: number;
  sourceBytes: number;
  generated: number;
  excludedByName: number;
  excludedFiles: number;
  excludedUnits: number;
  copies: number;
  notDrawn: number;
  failedFiles: number;
}

export interface Mined {
  readonly licence: string | null;
  readonly counts: MineCounts;
  readonly units: readonly { readonly unit: Unit; readonly print: number }[];
}

/** `at` is told every path before it is parsed. Throws `ParserCrash` when a grammar breaks its memory: end the process. */
export async function minePackage(job: MineJob, parser: FactsParser, exclusions: Exclusions, at: (path: string) => void): Promise<Mined> {
  const counts: MineCounts = { files: 0, sourceBytes: 0, generated: 0, excludedByName: 0, excludedFiles: 0, excludedUnits: 0, copies: 0, notDrawn: 0, failedFiles: 0 };
  const { entries, licence } = await readArchives(job, exclusions, counts);
  const miner = new Miner(job, exclusions, counts);
  for (const entry of withinShare(entries, job.capBytes)) {
    if (job.skip.includes(entry.path)) {
      counts.failedFiles++;
      continue;
    }
    at(entry.path);
    await miner.file(entry, parser);
  }
  return { licence, counts, units: miner.finish() };
}

async function readArchives(job: MineJob, exclusions: Exclusions, counts: MineCounts): Promise<{ entries: TarEntry[]; licence: string | null }> {
  const languages = job.languages === null ? null : new Set(job.languages);
  const entries: TarEntry[] = [];
  let licence: string | null = null;
  let bytes = 0;
  for (const archive of job.archives) {
    const isDebian = /\.debian\.tar\.\w+$/.test(archive);
    const wants = (path: string, size: number): boolean => {
      if (/^(?:\.\/)?(?:[^/]+\/)?debian\/copyright$/.test(path)) return size < 1_000_000;
      const inner = innerPath(path);
      if (isDebian || /^debian\//.test(inner) || !isWanted(inner, size, languages) || bytes + size > ARCHIVE_BYTES_MAX) return false;
      if (exclusions.names.name(inner) !== null) {
        counts.excludedByName++;
        return false;
      }
      bytes += size;
      return true;
    };
    for await (const entry of tarEntries(unpacked(archive), wants)) {
      if (/(?:^|\/)debian\/copyright$/.test(entry.path)) licence = licenceOf(entry.bytes.toString('utf8')) ?? licence;
      else entries.push({ path: innerPath(entry.path), bytes: entry.bytes });
    }
  }
  return { entries, licence };
}

/** The first licence that a machine-readable copyright file names. */
function licenceOf(copyright: string): string | null {
  return /^License:\s*(\S.*)$/m.exec(copyright)?.[1]?.trim().slice(0, 120) ?? null;
}

async function* unpacked(path: string): AsyncGenerator<Uint8Array> {
  if (/\.t?gz$/.test(path)) yield* createReadStream(path, { highWaterMark: 1 << 20 }).pipe(createGunzip({ chunkSize: 1 << 18 }));
  else if (path.endsWith('.zst')) yield* createReadStream(path, { highWaterMark: 1 << 20 }).pipe(createZstdDecompress({ chunkSize: 1 << 18 }));
  else {
    const program = path.endsWith('.bz2') ? 'bzip2' : 'xz';
    const child = spawn(program, ['-dc', path], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = new Promise<number>((resolve, reject) => child.once('error', reject).once('close', (code) => resolve(code ?? 1)));
    yield* child.stdout;
    if ((await ended) !== 0) throw new Error(`${program} could not unpack ${path}`);
  }
}

/** Gathers the units of one package. */
class Miner {
  readonly #job: MineJob;
  readonly #exclusions: Exclusions;
  readonly #counts: MineCounts;
  readonly #languages: ReadonlySet<string> | null;
  readonly #units = new Map<number, Unit>();
  readonly #sections: Unit[] = [];
  readonly #changes: Unit[] = [];
  readonly #prototypes = new Map<string, string>();

  constructor(job: MineJob, exclusions: Exclusions, counts: MineCounts) {
    this.#job = job;
    this.#exclusions = exclusions;
    this.#counts = counts;
    this.#languages = job.languages === null ? null : new Set(job.languages);
  }

  async file(entry: TarEntry, parser: FactsParser): Promise<void> {
    const { path } = entry;
    const text = textOf(entry.bytes);
    if (text === null) return;
    if (this.#exclusions.fingerprints.has(fingerprint(text))) {
      this.#counts.excludedFiles++;
      return;
    }
    const pack = this.#job.package;
    if (isChangeLog(path)) {
      this.#changes.push(...changeUnits(pack, path, text, (named) => codeLanguage(named, null)));
    } else if (isManual(path)) {
      this.#sections.push(...sectionUnits(pack, path, text));
    } else if (isGenerated(text)) this.#counts.generated++;
    else await this.#code(path, text, parser);
  }

  async #code(path: string, text: string, parser: FactsParser): Promise<void> {
    const language = codeLanguage(path, this.#languages);
    const grammar = languageOf(path);
    if (language === null || grammar === null || languageNamed(grammar.name) === null) return;
    const facts = await parser.facts(path, grammar, text);
    this.#counts.files++;
    this.#counts.sourceBytes += text.length;
    if (facts.problems.some(({ kind }) => kind !== 'parse_errors' && kind !== 'not_utf8')) this.#counts.failedFiles++;
    const source = { package: this.#job.package, path, language, text, isTest: isTestPath(path) };
    for (const [name, doc] of prototypeDocs(source, facts)) this.#prototypes.set(name, doc);
    for (const { unit, code } of definitionUnits(source, facts)) {
      const print = fingerprint(code);
      if (this.#units.has(print)) this.#counts.copies++;
      else if (this.#exclusions.fingerprints.has(print) && code.replace(/\s+/g, '').length >= DENSE_CHARS_MIN) this.#counts.excludedUnits++;
      else this.#units.set(print, unit);
    }
  }

  /** The units that stay, each once; those with a doc are drawn before those without. */
  finish(): Mined['units'] {
    const all = [...this.#units].map(([print, unit]) => {
      const doc = unit.d === '' && unit.k === 'function' && /^(?:c|cpp|objc)$/.test(unit.l) ? this.#prototypes.get(unit.n) : undefined;
      return { print, unit: doc === undefined ? unit : { ...unit, d: doc } };
    });
    const key = ({ print }: { print: number }): string => String(print);
    const documented = drawn(all.filter(({ unit }) => unit.d !== ''), UNIT_LIMITS.unitsPerPackage, key);
    const plain = drawn(all.filter(({ unit }) => unit.d === ''), UNIT_LIMITS.unitsPerPackage - documented.length, key);
    const sections = drawn(this.#sections, UNIT_LIMITS.sectionsPerPackage, ({ f, n }) => `${f} ${n}`);
    const changes = drawn(this.#changes, UNIT_LIMITS.changesPerPackage, ({ f, n, d }) => `${f} ${n} ${d}`);
    this.#counts.notDrawn += all.length - documented.length - plain.length;
    const prose = [...sections, ...changes].map((unit) => ({ unit, print: fingerprint(`${unit.k} ${unit.n} ${unit.d} ${unit.b}`) }));
    return [...documented, ...plain, ...prose];
  }
}

/** UTF-8, or Latin-1 where it is not; null for binary. */
function textOf(bytes: Buffer): string | null {
  if (bytes.subarray(0, 8_000).includes(0)) return null;
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  return text.includes('\uFFFD') ? bytes.toString('latin1') : text;
}
