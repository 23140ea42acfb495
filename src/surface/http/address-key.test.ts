import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressKey } from './address-key.ts';

test('addressKey: an IPv6 site is one caller, however it writes its addresses', () => {
  const check = (wanted: string, ...addresses: readonly string[]): void => {
    for (const address of addresses) assert.equal(addressKey(address), wanted, address);
  };
  check('10.1.2.3', '10.1.2.3', '::ffff:10.1.2.3');
  check('2001:db8:1:2', '2001:db8:1:2::1', '2001:db8:1:2:ffff:1:2:3', '2001:0db8:0001:0002::');
  check('2001:db8:0:0', '2001:db8::1', '2001:db8::9:1');
  check('fe80:0:0:0', 'fe80::1%eth0');
  check('0:0:0:0', '::1', '::');
});
