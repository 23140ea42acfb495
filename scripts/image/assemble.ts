/**
 * `node scripts/image/assemble.ts <folder> [package ...]`: makes the content of the production image in an empty folder:
 * `root`, which is read-only, and `storage`, which belongs to the account of the image. deploy/Dockerfile.production runs
 * it in its build stage and copies these two and nothing else, so no shell, package manager or compiler is in the image.
 */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { copyPackages } from './packages.ts';
import { copySystem, writeAccounts } from './system.ts';

export const ACCOUNT: Readonly<{ name: string; id: number; home: string }> = { name: 'mcp', id: 10_001, home: '/app' };
/** As the deployment guide lays the storage out. */
const STORAGE = ['data', 'repositories', 'uploads', 'logs', 'backups'];
const PROGRAM = '/opt/code-index';
const COMMAND = '/usr/local/bin/code-index';
const WRITTEN = ['web', 'model/static.bin', 'package.json', 'LICENSE', 'deploy/health.mjs'];

/** git reads repositories and clones over https. Its other helpers are shell scripts, or serve repositories. */
const OWN = ['/usr/bin/tini', '/usr/bin/git', '/usr/lib/git-core/git-remote-https'];
const PROGRAMS = { '/usr/local/bin/node': process.execPath, ...Object.fromEntries(OWN.map((file) => [file, file])) };
const FILES = ['/etc/ssl/certs/ca-certificates.crt'];

interface Assembly {
  /** The repository, with its packages installed. */
  readonly source: string;
  /** What `tsc` made of it. */
  readonly built: string;
  /** Empty, or not there yet. */
  readonly folder: string;
  /** Packages beyond the dependencies: those that the program loads where a setting asks for them. */
  readonly extras: readonly string[];
}

export function assemble({ source, built, folder, extras }: Assembly): void {
  const root = path.join(folder, 'root');
  copySystem(root, PROGRAMS, FILES);
  writeAccounts(root, ACCOUNT);
  const program = path.join(root, PROGRAM);
  const plain = (file: string): boolean => !/\.(?:ts|map)$/.test(file);
  cpSync(built, path.join(program, 'dist'), { recursive: true, filter: plain });
  for (const name of WRITTEN) cpSync(path.join(source, name), path.join(program, name), { recursive: true, filter: plain });
  // Queries of the languages lie beside the sources, and are read there.
  const queries = 'src/code/languages';
  cpSync(path.join(source, queries), path.join(program, queries), { recursive: true, filter: (file) => path.extname(file) === '' || file.endsWith('.scm') });
  copyPackages(source, program, extras);
  // `docker exec <container> code-index ...`: there is no shell to write the long form into.
  writeFileSync(path.join(root, COMMAND), `#!/usr/local/bin/node\nimport('${PROGRAM}/dist/bin.js');\n`, { mode: 0o755 });
  for (const name of STORAGE) mkdirSync(path.join(folder, 'storage', name), { recursive: true, mode: 0o700 });
}

if (import.meta.main) {
  const [folder, ...extras] = process.argv.slice(2);
  const source = path.resolve(import.meta.dirname, '..', '..');
  if (folder === undefined) {
    console.error('Say into which empty folder: node scripts/image/assemble.ts <folder> [package ...]');
    process.exit(2);
  }
  assemble({ source, built: path.join(source, 'dist'), folder: path.resolve(folder), extras });
}
