import assert from 'node:assert/strict';
import { test } from 'node:test';
import { olderOf } from './among.ts';
import { featuresOf, FEATURES, isUnasked, NO_MEANING, OF_MEANING } from './features.ts';
import { noEvidence } from './evidence.ts';
import { meaningFeatures, type QueryVector } from './meaning.ts';
import { readPath } from './place.ts';
import { understand } from './question.ts';
import { explain, scoreOf } from './weights.ts';

test('of versions beside each other the lesser ones are older, unless the question names them', () => {
  const older = (question: string, ...paths: string[]): string =>
    paths.filter((_, at) => olderOf(paths.map(readPath), understand(question))[at]).join(' ');
  const paths = ['api/v1/users.go', 'api/v2/users.go', 'lib/v1/users.go', 'client_v3.py', 'client_v10.py', 'v8.ts'];
  assert.equal(older('create a user', ...paths), 'api/v1/users.go client_v3.py');
  assert.equal(older('create a user in v1', ...paths), 'client_v3.py');
});

test('kinds of files that a question has to ask for', () => {
  const unasked = (question: string, path: string, language: string): boolean => isUnasked(understand(question), readPath(path), language);
  assert.equal(unasked('open a connection', 'src/connection.go', 'go'), false);
  assert.equal(unasked('open a connection', 'src/connection_test.go', 'go'), true);
  assert.equal(unasked('tests of a connection', 'src/connection_test.go', 'go'), false);
  assert.equal(unasked('open a connection', 'docs/connection.md', 'markdown'), true);
  assert.equal(unasked('documentation of connections', 'docs/connection.md', 'markdown'), false);
  assert.equal(readPath('src/main/java/org/example/App.java').example, false);
  assert.equal(readPath('example/App.java').example, true);
  assert.equal(readPath('src/win32/pipe.c').platform, true);
  assert.equal(readPath('src/window.c').platform, false);
});

test('cosines stand by their distance from the mean of the candidates', () => {
  const asked: QueryVector = { model: 'm', vector: Int8Array.of(127, 0), encodeWords: (path) => (path === 'a' ? Int8Array.of(127, 0) : Int8Array.of(0, 127)) };
  const file = (...nearest: number[]) => ({ nearest, chunk: 0, chunks: nearest.length, mean: 0, at: () => 0 });
  const features = meaningFeatures([{ file: file(0.9, 0.5), path: 'a' }, { file: file(0.1), path: 'b' }, { file: undefined, path: 'c' }], asked);
  assert.deepEqual(features.map(({ place }) => place), [0, 1, Number.POSITIVE_INFINITY]);
  assert.deepEqual(features.map(({ relative }) => Math.round(relative.near * 100) / 100), [1, -1, 0]);
  assert.equal(features[0]?.cosines.many, 0.7);
  assert.equal(features[0]?.cosines.path, 1);
  assert.equal(meaningFeatures([{ file: undefined, path: 'c' }], asked)[0], NO_MEANING);
});

test('without vectors every feature of meaning is nothing, and the other weights hold', () => {
  const path = readPath('src/retry.ts');
  const features = featuresOf(understand('retry a request'), {
    evidence: noEvidence(1, 2, 0), greatest: { sum: 1, whole: 1 }, path, language: 'typescript', textOnly: false, defines: 0, definesExact: 0,
    older: false, meaning: NO_MEANING,
  }, new Map([['retri', 3]]));
  assert.equal(features.length, FEATURES.length);
  for (const [at, name] of FEATURES.entries()) if (OF_MEANING.has(name)) assert.equal(features[at], 0, name);
  assert.ok(Number.isFinite(scoreOf(features, false)) && Number.isFinite(scoreOf(features, true)));
  assert.ok(explain(features, true, 6).length > 0);
});
