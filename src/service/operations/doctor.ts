import { execFile } from 'node:child_process';
import { access, constants, mkdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import { asCodeIndexError } from '../../base/mod.ts';
import type { Operation } from '../operation.ts';
import { plural } from '../sentences.ts';
import type { Service } from '../service.ts';

export interface DoctorCheck {
  readonly name: string;
  readonly ok: boolean;
  /** What was found. */
  readonly found: string;
  /** How to mend it; empty where nothing is wrong. */
  readonly fix: string;
}

export interface DoctorAnswer {
  readonly version: string;
  readonly ok: boolean;
  readonly checks: readonly DoctorCheck[];
}

type Probe = (service: Service) => Promise<string>;

const run = promisify(execFile);

/** Each probe says what it found or throws an error whose `fix` mends it. */
const PROBES: Readonly<Record<string, { readonly probe: Probe; readonly fix: string }>> = {
  node: {
    probe: async () => {
      const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
      if (major < 22 || (major === 22 && minor < 18)) throw new Error(`Node ${process.versions.node} is older than 22.18`);
      return `${process.versions.node} on ${process.platform} ${process.arch}`;
    },
    fix: 'Install Node 24, or run `npm ci`, which brings one along.',
  },
  git: {
    probe: async () => (await run('git', ['--version'])).stdout.trim(),
    fix: 'Install git and put it on the PATH; folders without git are indexed all the same.',
  },
  'data folder': {
    probe: async (service) => {
      await mkdir(service.settings.dataDir, { recursive: true });
      await access(service.settings.dataDir, constants.R_OK | constants.W_OK);
      return service.settings.dataDir;
    },
    fix: 'Make the folder writable, or name another one with --data-dir or CODE_INDEX_DATA_DIR.',
  },
  database: {
    probe: async (service) => {
      const store = await service.store();
      const found = await store.meta.check();
      const { databaseBytes } = await store.meta.statistics();
      return `${found}, ${databaseBytes} bytes`;
    },
    fix: 'Move the database file away and index again; no source file is ever touched.',
  },
  meaning: {
    probe: async (service) => {
      const model = await service.embedding();
      if (model === null) return 'off: EMBEDDING_PROVIDER is none, words and symbols answer alone';
      await model.embedQuery('is anybody there');
      const store = await service.store();
      const repositories = (await store.meta.repositories()).map(({ id }) => id);
      const [models, missing] = [await store.vectors.models(repositories), await Promise.all(repositories.map((id) => store.vectors.missingCount(id, model.id)))];
      const awaiting = missing.reduce((sum, count) => sum + count, 0);
      return `${model.id} answers; vectors of ${plural(models.get(model.id) ?? 0, 'file')}${awaiting === 0 ? '' : `, ${awaiting.toLocaleString('en-US')} awaited`}`;
    },
    fix: 'See EMBEDDING_PROVIDER and its neighbours in the settings; words and symbols answer meanwhile.',
  },
};

export const doctorOperation: Operation<Record<string, never>, DoctorAnswer> = {
  name: 'doctor',
  title: 'Doctor',
  text: 'Checks what the program stands on: Node, git, the data folder, the soundness of the database and the model of meaning.',
  effect: 'read',
  fields: {},
  async run(service) {
    const checks: DoctorCheck[] = [];
    for (const [name, { probe, fix }] of Object.entries(PROBES)) {
      try {
        checks.push({ name, ok: true, found: await probe(service), fix: '' });
      } catch (error) {
        const known = asCodeIndexError(error, `The check of ${name}`);
        checks.push({ name, ok: false, found: known.code === 'internal' ? (error as Error).message : known.message, fix: known.code === 'internal' ? fix : known.fix });
      }
    }
    return { version: service.settings.version, ok: checks.every((check) => check.ok), checks };
  },
};
