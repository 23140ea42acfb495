/**
 * Which tracked files have other bytes on disk than in their blob, because git converts them on checkout: line ends,
 * encodings, `$Id$`, and filters such as LFS. Told from configuration and attributes alone; no filter is ever run.
 */
import { lstatSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { askGit, runGit } from './git.ts';
import type { Location } from './location.ts';
import { isPlain, systemPath } from './names.ts';

/** Words without which an attributes file converts nothing when files are checked out. */
const CONVERTING = /filter|crlf|ident|working-tree-encoding|\[attr\]/;
const ATTRIBUTES = ['filter', 'eol', 'ident', 'working-tree-encoding'];

/** A test for paths (byte strings relative to the root). */
export async function convertedPaths(location: Location, tracked: readonly string[], signal: AbortSignal | undefined): Promise<(path: string) => boolean> {
  const call = { cwd: location.root, signal };
  const settings = (await askGit(['config', '-z', '--get-regexp', '^core\\.(autocrlf|eol|attributesfile)$'], call)).stdout.toString('utf8').toLowerCase();
  const always = process.platform === 'win32' || /core\.autocrlf\n(true|yes|on|1)\0/.test(settings) || /core\.eol\ncrlf\0/.test(settings);
  if (always) return () => true;
  if (!settings.includes('core.attributesfile') && !attributeFiles(location, tracked).some(mayConvert)) return () => false;
  const input = Buffer.from(tracked.map((path) => `${path}\0`).join(''), 'latin1');
  const fields = (await runGit(['check-attr', '-z', '--stdin', ...ATTRIBUTES], { ...call, input })).toString('latin1').split('\0');
  const converted = new Set<string>();
  for (let i = 0; i + 2 < fields.length; i += 3) {
    const value = fields[i + 2] as string;
    if (value === 'unspecified' || value === 'unset' || (fields[i + 1] === 'eol' && value !== 'crlf')) continue;
    converted.add(fields[i] as string);
  }
  return (path) => converted.has(path);
}

function attributeFiles(location: Location, tracked: readonly string[]): (string | Buffer)[] {
  const files: (string | Buffer)[] = [join(location.commonDir as string, 'info', 'attributes'), join(process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'), 'git', 'attributes'), '/etc/gitattributes'];
  const inside = (path: string): string | Buffer => (isPlain(path) ? join(location.root, path) : Buffer.concat([Buffer.from(`${location.root}/`), systemPath(path) as Buffer]));
  for (const path of tracked) if (path.endsWith('.gitattributes')) files.push(inside(path));
  files.push(join(location.root, '.gitattributes'));
  const parts = location.prefix.split('/').filter((part) => part !== '');
  for (let depth = 0; depth < parts.length; depth++) files.push(join(location.top as string, ...parts.slice(0, depth), '.gitattributes'));
  return files;
}

function mayConvert(file: string | Buffer): boolean {
  try {
    const stat = lstatSync(file, { throwIfNoEntry: false });
    if (stat === undefined || !stat.isFile()) return false;
    // Nobody writes so large an attributes file; git itself is asked then.
    return stat.size > 1_048_576 || CONVERTING.test(readFileSync(file, 'latin1'));
  } catch {
    return true;
  }
}
