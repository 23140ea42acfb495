import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Heard, News } from '../../cluster/mod.ts';
import { openCancellations, type Cancellations } from './cancellations.ts';

/** Two servers that hear each other at once. */
function pair(): { readonly one: Cancellations; readonly other: Cancellations; readonly told: readonly News[] } {
  const told: News[] = [];
  const ears: ((heard: Heard) => void)[][] = [[], []];
  const member = (at: number): Cancellations => openCancellations({
    tell: async (news) => {
      told.push(news);
      for (const ear of ears[1 - at] ?? []) ear(news);
      return true;
    },
    hear: (ear) => {
      ears[at]?.push(ear);
      return { [Symbol.dispose]: () => { ears[at] = []; } };
    },
  });
  return { one: member(0), other: member(1), told };
}

test('a cancellation ends its call wherever it runs, and no other', () => {
  const { one, other, told } = pair();
  using call = one.begin('alice\nsession', 7);
  const others = [one.begin('alice\nsession', '7'), one.begin('alice\nelsewhere', 7), other.begin('bob\nsession', 7), one.begin('alice\nsession', 8)];
  other.cancel('alice\nsession', 7);
  assert.equal(call.signal.aborted, true);
  assert.deepEqual(others.map(({ signal }) => signal.aborted), [false, false, false, false]);
  assert.doesNotMatch(JSON.stringify(told), /alice|session/, 'whose call it is goes no further');
  one.cancel('alice\nsession', 8);
  assert.equal(others[3]?.signal.aborted, true);
  assert.equal(told.length, 1, 'what is here is told to nobody');
});

test('a cancellation that overtakes its call is remembered, here and elsewhere', () => {
  const { one, other } = pair();
  other.cancel('alice\nsession', 1);
  assert.deepEqual([one.begin('alice\nsession', 1), other.begin('alice\nsession', 1), one.begin('alice\nsession', 2)].map(({ signal }) => signal.aborted), [true, true, false]);
  for (const id of [{}, null, undefined, 'x'.repeat(10_000)]) one.cancel('alice\nsession', id);
  one[Symbol.dispose]();
  other.cancel('alice\nsession', 3);
  assert.equal(one.begin('alice\nsession', 3).signal.aborted, false, 'who is gone hears nothing');
});
