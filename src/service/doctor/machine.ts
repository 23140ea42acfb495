/** Probes of the machine. */
import { execFile } from 'node:child_process';
import { access, constants, mkdir, stat, statfs } from 'node:fs/promises';
import { promisify } from 'node:util';
import { zstdCompressSync } from 'node:zlib';
import { bytes } from '../sentences.ts';
import type { Probe } from './probe.ts';

const run = promisify(execFile);
const LEAST_FREE_BYTES = 536_870_912;
/** Before this program was written. */
const LEAST_TIME = Date.parse('2026-01-01');
const DAY_MILLIS = 86_400_000;

export const MACHINE: readonly Probe[] = [
  {
    name: 'node', fix: 'Install Node 24, or run `npm ci`, which brings one along.',
    run: async () => {
      const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
      if (major < 22 || (major === 22 && minor < 18)) throw new Error(`Node ${process.versions.node} is older than 22.18`);
      return `${process.versions.node} on ${process.platform} ${process.arch}`;
    },
  },
  {
    name: 'git', fix: 'Install git 2.30 or newer and put it on the PATH; folders without git are indexed all the same.',
    run: async () => {
      const said = (await run('git', ['--version'])).stdout.trim();
      const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(said) ?? [];
      if (Number(major) < 2 || (Number(major) === 2 && Number(minor) < 30)) throw new Error(`${said} is older than 2.30`);
      return said;
    },
  },
  {
    name: 'data folder', fix: 'Make the folder writable, or name another one with --data-dir or CODE_INDEX_DATA_DIR.',
    run: async ({ settings: { dataDir } }) => {
      await mkdir(dataDir, { recursive: true, mode: 0o700 });
      await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
      const { mode } = await stat(dataDir);
      const open = process.platform !== 'win32' && (mode & 0o002) !== 0;
      return open ? { found: `${dataDir}, which every user may write to.`, fix: `Take that right away: \`chmod o-w ${dataDir}\`.` } : dataDir;
    },
  },
  {
    name: 'free disk', fix: 'Free some space, or name another folder with --data-dir; what is indexed is found all the same.',
    run: async ({ settings: { dataDir } }) => {
      const { bavail, bsize } = await statfs(dataDir);
      if (bavail * bsize < LEAST_FREE_BYTES) throw new Error(`${bytes(bavail * bsize)} are free at ${dataDir}, less than ${bytes(LEAST_FREE_BYTES)}`);
      return `${bytes(bavail * bsize)} free`;
    },
  },
  {
    name: 'clock', fix: 'Set the clock of this machine: expiry, tokens and backups go by it.',
    run: async (service) => {
      const now = Date.now();
      if (now < LEAST_TIME) throw new Error(`it is ${new Date(now).toISOString()} by the clock, which cannot be`);
      const views = await (await service.store()).meta.views();
      const ahead = views.find((view) => view.indexedAt !== null && Date.parse(view.indexedAt) > now + DAY_MILLIS);
      if (ahead !== undefined) throw new Error(`something was indexed at ${ahead.indexedAt}, which is yet to come by the clock`);
      return new Date(now).toISOString();
    },
  },
  {
    name: 'threads', fix: 'Run `npm ci` again: a grammar or the package is damaged. Text is searched all the same.',
    run: async (service) => {
      const text = Buffer.from('export function answer(): number {\n  return 42;\n}\n');
      const pool = await service.pool();
      const { outcomes } = await pool.parse({
        kind: 'parse', packs: [zstdCompressSync(text)], model: null,
        items: [{ blob: 1, language: 'typescript', textOnly: null, problems: [], content: { pack: 0, offset: 0, length: text.length } }],
      });
      if (outcomes[0]?.symbols !== 1) throw new Error('a function of three lines was parsed and not found');
      return `${pool.threads} that parse; a first file was parsed`;
    },
  },
];
