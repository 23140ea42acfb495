/** `kill -9` at random moments of an index run: the database opens, answers, and the next run completes it. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { seeded } from '../bench/patterns.ts';
import { digest, finished, generateRepository, run, scratch, start } from './whole.ts';

/** `KILLS=20 node_modules/.bin/node --test test/kill.test.ts` for the long version. */
const KILLS = Number(process.env['KILLS'] ?? 3);
const SEED = Number(process.env['SEED'] ?? 11);
const FILES = 240;

test(`index: killed ${KILLS} times, each time resumed with the same answers as an undisturbed run`, async () => {
  using folder = scratch('kill');
  const repository = join(folder.path, 'repository');
  generateRepository(repository, FILES);
  const index = ['index', repository, '--name', 'killed', '--json'];

  const whole = join(folder.path, 'whole');
  const began = performance.now();
  assert.equal((await run(index, whole, folder.path)).code, 0);
  const millis = performance.now() - began;
  const wanted = await digest(whole, folder.path, 'killed');

  const random = seeded(SEED);
  for (let kill = 0; kill < KILLS; kill++) {
    const dataDir = join(folder.path, `data-${kill}`);
    const after = Math.round(millis * (0.15 + 0.85 * random()));
    const child = start(index, dataDir, folder.path);
    const ended = finished(child);
    await sleep(after);
    child.kill('SIGKILL');
    await ended;

    const answer = await run(['search', 'mixing', '--mode', 'text', '--repo', 'killed', '--json'], dataDir, folder.path);
    assert.ok([0, 3].includes(answer.code ?? -1), `killed after ${after} ms, a search ended with ${answer.code}: ${answer.stdout}${answer.stderr}`);
    const doctor = await run(['doctor', '--json'], dataDir, folder.path);
    assert.equal(doctor.code, 0, `killed after ${after} ms, doctor says: ${doctor.stdout}${doctor.stderr}`);
    const resumed = await run(index, dataDir, folder.path);
    assert.equal(resumed.code, 0, `killed after ${after} ms, the next run ended with ${resumed.code}: ${resumed.stderr}`);
    assert.equal(await digest(dataDir, folder.path, 'killed'), wanted, `killed after ${after} ms, the answers differ`);
  }
});
