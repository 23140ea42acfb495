import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SUPPORTED_PROTOCOL_VERSIONS } from '@modelcontextprotocol/server';
import { GREETED_VERSIONS, asOpening } from './greeting.ts';

const PARAMS = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'a', version: '1' } };

function check(params: unknown, expected: unknown, rest: Record<string, unknown> = { method: 'initialize' }): void {
  assert.deepEqual(asOpening(Buffer.from(`${JSON.stringify({ jsonrpc: '2.0', id: 7, ...rest, params })}\nmore`)), expected);
}

describe('asOpening', () => {
  it('takes a plain initialize of a known revision, and nothing else', () => {
    check(PARAMS, { id: 7, version: '2025-06-18' });
    check({ ...PARAMS, protocolVersion: '1999-01-01' }, null);
    check({ ...PARAMS, _meta: {} }, null);
    check({ ...PARAMS, clientInfo: {} }, null);
    check({ ...PARAMS, capabilities: null }, null);
    check(PARAMS, null, { method: 'server/discover' });
    assert.equal(asOpening(Buffer.from('no json\n')), null);
  });
  it('knows only revisions that the library knows', () => {
    assert.deepEqual(GREETED_VERSIONS.filter((version) => !SUPPORTED_PROTOCOL_VERSIONS.includes(version)), []);
  });
});
