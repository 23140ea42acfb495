/**
 * Which tracked files may have other bytes on disk than in their blob, because git converts them on checkout: line
 * ends, encodings, `$Id$`, and filters such as LFS. Told from configuration and attributes alone; no filter is ever
 * run, and it costs no process in the common case. May name a file too many (which is then read), never one too few.
 */
import { lstatSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Disk } from './disk.ts';
import { askGit, gitFailed } from './git.ts';
import type { Location } from './location.ts';
import { bytesOfText } from './names.ts';
import { RuleFile, verdictOf } from './rules.ts';

/** Attributes that convert a file when it is checked out. */
const CONVERTING = /^(filter(=|$)|eol=crlf$|ident$|working-tree-encoding=)/i;
/** Settings that convert whole work trees, or that say where more settings are. */
const SETTINGS = /autocrlf|eol|attributesfile|include|worktreeconfig/i;
const SMALL_BYTES = 4_194_304;

/** A test for paths (byte strings relative to the root). `paths` tell where attributes files are. */
export async function convertedPaths(location: Location, disk: Disk, paths: readonly string[], signal: AbortSignal | undefined): Promise<(path: string) => boolean> {
  const settings = await conversionSettings(location, signal);
  const always = process.platform === 'win32' || /core\.autocrlf\n(true|yes|on|1)?\0/.test(settings) || /core\.autocrlf\0/.test(settings) || /core\.eol\ncrlf\0/.test(settings);
  if (always) return () => true;
  const rules = attributeRules(location, disk, paths, /core\.attributesfile\n([^\0]*)\0/.exec(settings)?.[1]);
  if (rules === null) return () => true;
  if (rules.length === 0) return () => false;
  const prefix = bytesOfText(location.prefix);
  return (path) => {
    const whole = prefix + path;
    return rules.some((file) => whole.startsWith(file.base) && verdictOf([file], whole, whole.slice(whole.lastIndexOf('/') + 1), false) === 'out');
  };
}

/** What the configuration says about conversion; git is asked only when a file of settings mentions it. */
async function conversionSettings(location: Location, signal: AbortSignal | undefined): Promise<string> {
  const home = homedir();
  const files = [
    join(location.commonDir as string, 'config'), join(home, '.gitconfig'),
    join(process.env['XDG_CONFIG_HOME'] ?? join(home, '.config'), 'git', 'config'), '/etc/gitconfig',
  ];
  const moved = ['GIT_CONFIG_GLOBAL', 'GIT_CONFIG_SYSTEM', 'GIT_EXEC_PATH'].some((name) => process.env[name] !== undefined);
  if (process.platform === 'linux' && !moved && !files.some((file) => SETTINGS.test(read(file, true) ?? ''))) return '';
  const answer = await askGit(['config', '-z', '--get-regexp', '^core\\.(autocrlf|eol|attributesfile)$'], { cwd: location.root, signal });
  // Exit status 1 says that none of them is set.
  if (answer.status > 1) throw gitFailed('config', location.root, answer.stderr);
  return answer.stdout.toString('utf8').toLowerCase();
}

/** The lines of all attributes files that convert, as ignore rules in paths relative to the top; null: too odd to tell. */
function attributeRules(location: Location, disk: Disk, paths: readonly string[], configured: string | undefined): RuleFile[] | null {
  const prefix = bytesOfText(location.prefix);
  const places = new Map<string | Buffer, string>([
    [join(location.commonDir as string, 'info', 'attributes'), ''],
    [configured?.replace(/^~\//, `${homedir()}/`) ?? join(process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'), 'git', 'attributes'), ''],
    ['/etc/gitattributes', ''],
    [disk.system('.gitattributes'), prefix],
  ]);
  for (const path of paths) if (path.endsWith('.gitattributes')) places.set(disk.system(path), prefix + path.slice(0, -'.gitattributes'.length));
  const parts = location.prefix.split('/').filter((part) => part !== '');
  for (let depth = 0; depth < parts.length; depth++) {
    const above = parts.slice(0, depth);
    places.set(join(location.top as string, ...above, '.gitattributes'), bytesOfText(above.map((part) => `${part}/`).join('')));
  }
  const rules: RuleFile[] = [];
  for (const [file, base] of places) {
    const text = read(file);
    if (text === null) continue;
    const lines = convertingLines(text);
    if (lines === null) return null;
    if (lines.length > 0) rules.push(new RuleFile(base, lines.join('\n')));
  }
  return rules;
}

/** The patterns of lines that convert. Null when a macro or a quoted pattern takes part. */
function convertingLines(text: string): string[] | null {
  const patterns: string[] = [];
  for (const line of text.split('\n')) {
    const [pattern = '', ...attributes] = line.trim().split(/\s+/);
    if (pattern.startsWith('#') || !attributes.some((attribute) => CONVERTING.test(attribute))) continue;
    if (pattern.startsWith('[attr]') || pattern.startsWith('"') || pattern.startsWith('!')) return null;
    patterns.push(pattern);
  }
  return patterns;
}

/** A file of the repository is not followed through a link, as git does not; one of the user's own settings is. */
function read(file: string | Buffer, follow = false): string | null {
  const stat = (follow ? statSync : lstatSync)(file, { throwIfNoEntry: false });
  if (stat === undefined || !stat.isFile() || stat.size > SMALL_BYTES) return null;
  return readFileSync(file, 'latin1');
}
