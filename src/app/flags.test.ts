import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { platformDataDir } from './data-dir.ts';
import { readSettings } from './flags.ts';

describe('readSettings', () => {
  it('takes flags before variables before defaults', () => {
    const { dataDir, databaseUrl, allowedRoots, repositoryManagement, autoCleanup, defaultDaysToKeep, threads, logLevel, embeddingProvider, embeddingBaseUrl, embeddingModel, embeddingApiKey, embeddingDimensions, embeddingRequestsPerMinute } = readSettings({}, {});
    assert.deepEqual({ dataDir, databaseUrl, allowedRoots, repositoryManagement, autoCleanup, defaultDaysToKeep, threads, logLevel, embeddingProvider, embeddingBaseUrl, embeddingModel, embeddingApiKey, embeddingDimensions, embeddingRequestsPerMinute }, {
      dataDir: null, databaseUrl: null, allowedRoots: [], repositoryManagement: false, autoCleanup: false, defaultDaysToKeep: 0, threads: null, logLevel: null,
      embeddingProvider: 'static', embeddingBaseUrl: null, embeddingModel: null, embeddingApiKey: null, embeddingDimensions: null, embeddingRequestsPerMinute: 0,
    });
    const { host, port, rateLimit, prometheusEnabled, privateHosts, gitHosts, authentication } = readSettings({}, { RATE_LIMIT: '5 / second', MCP_ALLOWED_GIT_HOSTS: 'a.org, *.b.org' });
    assert.deepEqual({ host, port, rateLimit, prometheusEnabled, privateHosts, gitHosts, authentication }, {
      host: '127.0.0.1', port: 8_000, rateLimit: { count: 5, millis: 1_000 }, prometheusEnabled: true, privateHosts: null, gitHosts: ['a.org', '*.b.org'], authentication: 'auto',
    });
    const read = readSettings({ 'data-dir': '/flag' }, { CODE_INDEX_DATA_DIR: '/variable', CODE_INDEX_THREADS: '3', ENABLE_REPOSITORY_MANAGEMENT: 'TRUE', REPOSITORY_AUTO_CLEANUP: 'no', LOG_LEVEL: '' });
    assert.deepEqual([read.dataDir, read.threads, read.repositoryManagement, read.autoCleanup, read.logLevel], ['/flag', 3, true, false, null]);
  });
  it('refuses what cannot be, naming the flag or variable', () => {
    const wrong: readonly [Record<string, string>, Record<string, string>, RegExp][] = [
      [{ threads: 'lots' }, {}, /^--threads cannot be "lots"\.$/],
      [{}, { CODE_INDEX_THREADS: '0' }, /^CODE_INDEX_THREADS cannot be "0"\.$/],
      [{}, { ENABLE_REPOSITORY_MANAGEMENT: 'perhaps' }, /^ENABLE_REPOSITORY_MANAGEMENT cannot be "perhaps"\.$/],
      [{}, { DATABASE_URL: 'mysql://user:secret@x' }, /^DATABASE_URL cannot be an address of "mysql"\.$/],
      [{}, { DATABASE_READ_URL: 'sqlite:x' }, /^DATABASE_READ_URL cannot be an address of "sqlite"\.$/],
      [{}, { EMBEDDING_PROVIDER: 'oracle' }, /^EMBEDDING_PROVIDER cannot be "oracle"\.$/],
      [{}, { RATE_LIMIT: '5 a day' }, /^RATE_LIMIT cannot be "5 a day"\.$/],
      [{}, { LOG_LEVEL: 'loud' }, /^LOG_LEVEL cannot be "loud"\.$/],
    ];
    for (const [flags, variables, message] of wrong) assert.throws(() => readSettings(flags, variables), { code: 'invalid_query', message });
  });
});

describe('platformDataDir', () => {
  it('is where the platform keeps data of programs', () => {
    assert.equal(platformDataDir('linux', '/home/a', {}), '/home/a/.local/share/code-index');
    assert.equal(platformDataDir('linux', '/home/a', { XDG_DATA_HOME: '/data' }), '/data/code-index');
    assert.equal(platformDataDir('linux', '/home/a', { XDG_DATA_HOME: 'relative' }), '/home/a/.local/share/code-index');
    assert.equal(platformDataDir('darwin', '/Users/a', {}), '/Users/a/Library/Application Support/code-index');
  });
});
