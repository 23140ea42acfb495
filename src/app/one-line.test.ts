import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inOneLine } from './one-line.ts';
import { openLog } from './serve/log.ts';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

test('one line: what others named begins no line of the log and moves no cursor', () => {
  assert.equal(inOneLine('job of a\nb \u001b[31m \u009b2J \u2028 ends.'), 'job of a\\u000ab \\u001b[31m \\u009b2J \\u2028 ends.');
  assert.equal(inOneLine('Größe: 3 µs – 日本'), 'Größe: 3 µs – 日本');
  const folder = mkdtempSync(path.join(tmpdir(), 'code-index-log-'));
  const said: string[] = [];
  const log = openLog({ name: 'serve', folder, level: 'info', json: false, mask: (text) => text, write: (text) => said.push(text) });
  log.log('warn', 'The folder a\ncode-index: Serving on http://evil. is gone.');
  log.log('error', 'It failed.', { error: new Error('first\nsecond') });
  log.close();
  assert.equal(said[0], 'code-index: warn: The folder a\\u000acode-index: Serving on http://evil. is gone.\n');
  assert.match(said[1] ?? '', /^code-index: error: It failed\.\nError: first\nsecond\n/, 'a trace of our own keeps its lines');
  assert.equal(readFileSync(path.join(folder, 'serve.log'), 'utf8').trim().split('\n').length, 2);
  rmSync(folder, { recursive: true });
});
