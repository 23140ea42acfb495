import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { RotatingFile } from './rotating-file.ts';

function inFolder(run: (folder: string) => void): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'code-index-log-'));
  try {
    run(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const never = (error: Error): never => assert.fail(error);

test('a log is begun anew at its size, and the last ones are kept', () => inFolder((folder) => {
  const file = new RotatingFile(path.join(folder, 'logs', 'a.log'), never, { bytes: 10, kept: 3 });
  for (const line of ['first-----\n', 'second----\n', 'third-----\n', 'fourth----\n', 'fifth\n']) file.write(line);
  const texts = readdirSync(path.join(folder, 'logs')).sort().map((name) => [name, readFileSync(path.join(folder, 'logs', name), 'utf8')]);
  assert.deepEqual(texts, [['a.log', 'fifth\n'], ['a.log.1', 'fourth----\n'], ['a.log.2', 'third-----\n']]);
  file.close();
}));

test('processes that share a log lose no line when one of them begins it anew', () => inFolder((folder) => {
  const [one, two] = [0, 1].map(() => new RotatingFile(path.join(folder, 'a.log'), never, { bytes: 20, kept: 9 })) as [RotatingFile, RotatingFile];
  for (let number = 0; number < 40; number++) (number % 3 === 0 ? one : two).write(`line ${number}\n`);
  const lines = readdirSync(folder).flatMap((name) => readFileSync(path.join(folder, name), 'utf8').trim().split('\n'));
  assert.ok(lines.includes('line 39') && lines.length > 15);
  assert.equal(new Set(lines).size, lines.length);
  one.close();
  two.close();
}));

test('a log that cannot be written is told once, and works again when it can', () => inFolder((folder) => {
  const blocked = path.join(folder, 'logs');
  writeFileSync(blocked, 'a file where a folder should be');
  const told: string[] = [];
  const file = new RotatingFile(path.join(blocked, 'a.log'), (error) => told.push((error as NodeJS.ErrnoException).code ?? ''));
  file.write('one\n');
  file.write('two\n');
  assert.equal(told.length, 1);
  renameSync(blocked, `${blocked}.not`);
  const again = new RotatingFile(path.join(blocked, 'a.log'), never);
  again.write('three\n');
  assert.equal(readFileSync(path.join(blocked, 'a.log'), 'utf8'), 'three\n');
  again.close();
}));
