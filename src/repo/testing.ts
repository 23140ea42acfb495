/** What the tests of this room share: real folders, real repositories, and one way to write a listing down. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after } from 'node:test';
import { CodeIndexError } from '../base/mod.ts';
import { listFiles, openLocation, type FoundFile } from './mod.ts';

// The settings of whoever runs the tests must not decide them.
process.env['GIT_CONFIG_GLOBAL'] = '/dev/null';
process.env['GIT_CONFIG_NOSYSTEM'] = '1';

const made: string[] = [];
after(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

/** A new empty folder, removed when the tests of the file end. */
export function scratch(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'code-index-repo-')));
  made.push(folder);
  return folder;
}

/** Runs git as a person would. */
export function git(folder: string, ...args: string[]): string {
  return execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@example.org', '-c', 'commit.gpgSign=false', '-c', 'protocol.file.allow=always', ...args], {
    cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, GIT_DIR: undefined },
  });
}

/** Writes files by path; a text that begins with `#!` is made executable. */
export function write(folder: string, files: Readonly<Record<string, string>>): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
    if (text.startsWith('#!')) chmodSync(join(folder, path), 0o755);
  }
  return folder;
}

/** A repository on the branch `main` with one commit of these files; none when there are no files. */
export function repository(files: Readonly<Record<string, string>>, ...initArgs: string[]): string {
  const folder = scratch();
  git(folder, 'init', '-q', '-b', 'main', ...initArgs);
  write(folder, files);
  if (Object.keys(files).length > 0) commit(folder, 'first');
  return folder;
}

export function commit(folder: string, message: string): string {
  git(folder, 'add', '-A');
  git(folder, 'commit', '-q', '--allow-empty', '-m', message);
  return git(folder, 'rev-parse', 'HEAD').trim();
}

/** One line a file: its path, then what is not ordinary about it. */
export function told(files: readonly FoundFile[]): string[] {
  return files.map((file) => [JSON.stringify(file.path).slice(1, -1), file.skipped, file.edited ? 'edited' : null, file.forced ? 'forced' : null].filter((part) => part !== null).join(' '));
}

export async function listed(folder: string, options: { only?: readonly string[] } = {}): Promise<string[]> {
  return told(await listFiles(await openLocation(folder), options));
}

/** The code and message of the clear error that the action must end in. */
export async function refused(action: () => unknown): Promise<string> {
  try {
    await action();
  } catch (error) {
    assert.ok(error instanceof CodeIndexError, String(error));
    assert.ok(error.fix.length > 10);
    return `${error.code}: ${error.message}`;
  }
  throw new Error('nothing was refused');
}
