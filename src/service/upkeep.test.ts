import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Repository } from '../domain/mod.ts';
import { Upkeep } from './upkeep.ts';

const START = Date.parse('2026-01-01T00:00:00.000Z');
const HOUR = 3_600_000;

function repository(id: number, rest: Partial<Repository> = {}): Repository {
  return {
    id, name: `r${id}`, root: '/x', url: 'https://h.example/x', purpose: null, language: null, generation: 1, createdAt: new Date(START).toISOString(), expiresAt: null,
    masked: false, fetchedAt: null, fetchFailure: null, ...rest,
  };
}

const at = (hours: number): Date => new Date(START + hours * HOUR);
const names = (upkeep: Upkeep, repositories: readonly Repository[], hours: number, fetchMinutes = 60): string =>
  upkeep.due(repositories, at(hours), { fetchMinutes, autoCleanup: true }).map(({ request, repository: name }) => `${request.kind} ${name}`.trim()).join(', ');

test('clones are fetched when their time has come, spread over a tenth of it; folders never', () => {
  const upkeep = new Upkeep();
  const all = [repository(1), repository(2), repository(3, { url: null })];
  assert.equal(names(upkeep, all, 0.99), '');
  assert.equal(names(upkeep, all, 1.11), 'index r1, index r2');
  assert.equal(names(upkeep, all, 1.11, 0), '');
  const many = Array.from({ length: 200 }, (_, id) => repository(id));
  const early = upkeep.due(many, at(1.05), { fetchMinutes: 60, autoCleanup: false }).length;
  assert.ok(early > 60 && early < 140, String(early));
});

test('an origin that fails is asked ever less often, once a day at least, and as before when it is back', () => {
  const upkeep = new Upkeep();
  let asked = 0;
  const pauses: number[] = [];
  for (let attempt = 0; attempt < 8; attempt++) {
    const one = repository(1, { fetchedAt: at(asked).toISOString(), fetchFailure: 'gone' });
    let next = asked + 0.5;
    while (names(upkeep, [one], next) === '') next += 0.5;
    pauses.push(Math.floor((next - asked) / 1.1));
    asked = next;
  }
  assert.deepEqual(pauses.map((pause) => Math.min(pause, 24)), pauses);
  assert.ok(pauses[0] === 2 || pauses[0] === 1, pauses.join());
  assert.ok((pauses.at(-1) ?? 0) >= 21 && pauses.every((pause, index) => index === 0 || pause >= (pauses[index - 1] ?? 0)), pauses.join());
  assert.equal(names(upkeep, [repository(1, { fetchedAt: at(asked).toISOString() })], asked + 1.11), 'index r1');
});

test('what expired is removed and not fetched', () => {
  const upkeep = new Upkeep();
  const all = [repository(1, { expiresAt: at(1).toISOString() })];
  assert.equal(names(upkeep, all, 0.5), '');
  assert.equal(names(upkeep, all, 2), 'cleanup');
  assert.deepEqual(upkeep.due(all, at(2), { fetchMinutes: 0, autoCleanup: false }), []);
});
