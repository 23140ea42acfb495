import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { identifiersOf, lookupTerm, stem, termsOf, termsOfIdentifier } from './mod.ts';

function check(identifier: string, terms: string): void {
  assert.equal(termsOfIdentifier(identifier).join(' '), terms, identifier);
}

test('an identifier gives its stemmed parts and itself', () => {
  check('retries', 'retri');
  check('getUserById', 'get user by id getuserbyid');
  check('get_user_by_id', 'get user by id getuserbyid');
  check('HTTPServer_v2', 'http server v2 httpserverv2');
  check('base64Encode', 'base64 encod base64encode');
  check('MAX_RETRIES', 'max retri maxretries');
  check('_private', 'privat');
  check('größeÄndern', 'größe ändern größeändern');
});

test('words of one family share a stem', () => {
  const families = ['retry retries retried', 'handle handles handling handled', 'connect connects connected connecting connection connections', 'validate validation validator validates'];
  for (const family of families) assert.equal(new Set(family.split(' ').map(stem)).size, 1, family);
});

test('numbers, punctuation and overlong runs are no identifiers', () => {
  assert.deepEqual(identifiersOf('f(x, 42, 0xff) -> a.b_c + "naïve" // ' + 'z'.repeat(100)), ['f', 'x', 'a', 'b_c', 'naïve']);
});

test('every use of a name is found under its lookup term', () => {
  const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,20}$/);
  fc.assert(
    fc.property(name, fc.string(), (identifier, around) => {
      const term = lookupTerm(identifier);
      if (term === null) return;
      assert.ok(termsOf(`${around} ${identifier} ${around}`).includes(term));
    }),
  );
});
