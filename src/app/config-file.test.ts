import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { parseConfig, settingsOf } from './config-file.ts';

describe('parseConfig', () => {
  it('reads lines NAME=value with quotes and comments', () => {
    const text = ['\ufeff# a comment', '', 'HOST=0.0.0.0', 'export PORT = 9000 # why', "JWT_SECRET='with # and \" inside'", 'ADMIN_TOKEN="a \\"b\\" \\\\ c"  # end', 'ALLOWED_HOSTS=', 'PUBLIC_URL=https://a/#b'].join('\r\n');
    assert.deepEqual(parseConfig(text, 'f'), {
      HOST: '0.0.0.0', PORT: '9000', JWT_SECRET: 'with # and " inside', ADMIN_TOKEN: 'a "b" \\ c', ALLOWED_HOSTS: '', PUBLIC_URL: 'https://a/#b',
    });
  });
  it('names the line of what it cannot take, and shows no value', () => {
    const wrong: readonly [string, RegExp][] = [
      ['HOST=a\nHOTS=b', /^f:2 sets HOTS, which is no setting\.$/],
      ['my secret', /^f:1 is not of the form NAME=value\.$/],
      ['HOST="a', /^f:1 has a quote that is not closed\.$/],
      ['HOST=a\nHOST=b', /^f:2 sets HOST a second time\.$/],
      ['CODE_INDEX_CONFIG=other', /^f:1 sets CODE_INDEX_CONFIG/],
    ];
    for (const [text, message] of wrong) assert.throws(() => parseConfig(text, 'f'), { code: 'invalid_query', message });
  });
});

describe('settingsOf', () => {
  it('takes flags before the environment before the file', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'code-index-config-'));
    try {
      const file = path.join(folder, 'serve.env');
      writeFileSync(file, 'HOST=file\nPORT=1\nRATE_LIMIT=off\nLOG_LEVEL=debug\n');
      const { host, port, rateLimit, logLevel } = settingsOf({ config: file, port: '3' }, { HOST: 'environment', PORT: '2', LOG_LEVEL: '' });
      assert.deepEqual({ host, port, rateLimit, logLevel }, { host: 'environment', port: 3, rateLimit: null, logLevel: 'debug' });
      assert.equal(settingsOf({}, { CODE_INDEX_CONFIG: file }).host, 'file');
      assert.throws(() => settingsOf({ config: `${file}.not` }, {}), { code: 'invalid_query', message: /cannot be read: ENOENT/ });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
