/** The files of `deploy/`, read as their readers read them. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseAllDocuments } from 'yaml';

export const DEPLOY: string = path.resolve(import.meta.dirname, '..', '..', 'deploy');

export function deployText(file: string): string {
  return readFileSync(path.join(DEPLOY, file), 'utf8');
}

/** Every document of a YAML file. A key that stands twice, or a tag that nobody knows, is a fault. */
// oxlint-disable-next-line typescript/no-explicit-any -- tests look into it freely.
export function deployDocuments(file: string): readonly any[] {
  const documents = parseAllDocuments(deployText(file), { strict: true, uniqueKeys: true });
  assert.ok(Array.isArray(documents), `${file} is empty`);
  return documents.map((one) => {
    assert.deepEqual([...one.errors, ...one.warnings].map(({ message }) => message), [], file);
    return one.toJS();
  });
}

/** The one document of a YAML file. */
// oxlint-disable-next-line typescript/no-explicit-any -- tests look into it freely.
export function deployDocument(file: string): any {
  const documents = deployDocuments(file);
  assert.equal(documents.length, 1, `${file} has ${documents.length} documents`);
  return documents[0];
}

/** Why a test cannot run on this machine, for `skip`; in CI nothing is skipped, and scripts/check.ts names what is missing. */
export function lacking(...programs: readonly string[]): string | false {
  if (process.env['CI'] === 'true') return false;
  const missing = programs.filter((one) => spawnSync(one, ['--version'], { stdio: 'ignore' }).error !== undefined);
  return missing.length === 0 ? false : `${missing.join(' and ')} is not installed`;
}

/** Runs a program that has to succeed; gives what it said. */
export function succeeds(program: string, ...args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  assert.equal(error, undefined);
  assert.equal(status, 0, `${program} ${args.join(' ')}\n${stdout}${stderr}`);
  return stdout + stderr;
}
