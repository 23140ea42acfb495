/** What goes wrong with a database server, on a real one: addresses, formats, pools, restarts, lost leases, replicas. */
import assert from 'node:assert/strict';
import { chownSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { CodeIndexError } from '../../base/mod.ts';
import { makeCertificate } from '../../../test/certificate.ts';
import { pgvectorIsInstalled, postgresIsInstalled, startPostgres, type PrivatePostgres } from '../../../test/services/postgres.ts';
import { openStore, type ServerOptions } from '../open.ts';
import type { Store } from '../ports.ts';
import { addFiles, addRepository, addView } from '../suite/harness.ts';
import { openConnections } from './connections.ts';
import { openPostgres } from './store.ts';

const open = (url: string, server: ServerOptions = {}, readOnly = false): Promise<Store> => openStore(url, { dataDir: tmpdir(), server, readOnly });

/** The sentence and the way out of what is thrown; the password stands in neither. */
async function told(work: Promise<unknown>, secret = 'secret'): Promise<string> {
  const thrown = await work.then(() => null, (error: unknown) => error);
  assert.ok(thrown instanceof CodeIndexError, String(thrown));
  assert.ok(!`${thrown.message} ${thrown.fix}`.includes(secret), 'no password is told');
  return `${thrown.code}: ${thrown.message} ${thrown.fix}`;
}

if (postgresIsInstalled()) {
  describe('a PostgreSQL server that is not as it should be', () => {
    let server: PrivatePostgres;
    before(async () => {
      server = await startPostgres({ settings: { wal_level: 'replica' } });
    });
    after(() => server[Symbol.asyncDispose]());

    test('addresses that lead nowhere are told by what is wrong with them', async () => {
      const at = `127.0.0.1:${server.port}`;
      assert.match(await told(open(`postgresql://${server.user}:wrong-secret@${at}/postgres`)), /^unavailable: Opening the index failed: the password was refused \(127.*DATABASE_URL or DB_PASSWORD/);
      assert.match(await told(open(server.url('nowhere')), server.password), /^unavailable: .*there is no such database \(127\.0\.0\.1:\d+\/nowhere\)/);
      assert.match(await told(open('postgresql://u:secret@127.0.0.1:1/x')), /^unavailable: .*nothing listens there \(127\.0\.0\.1:1\/x\)/);
      assert.match(await told(open('postgresql://u:secret@name.invalid/x')), /^unavailable: .*the host (is not known|cannot be looked up)/);
      assert.match(await told(open(`postgresql://u:secret@${at}`)), /^unavailable: DATABASE_URL cannot be used: it names no database/);
      assert.match(await told(open(`postgresql://u:secret@${at}/x?schema=a;drop`)), /no plain name of a schema/);
      const alone = server.url('postgres').replace(/:[^:@/]*@/, '@');
      await using store = await open((await server.createDatabase()).replace(/:[^:@/]*@/, '@'), { password: server.password });
      assert.deepEqual(await store.meta.repositories(), [], 'DB_PASSWORD stands in where the address has none');
      assert.match(await told(open(alone, { password: 'wrong-secret' })), /password was refused/);
    });

    test('several programs that come first make the tables once; a schema of its own holds another index', async () => {
      const url = await server.createDatabase();
      const stores = await Promise.all(Array.from({ length: 5 }, () => open(url)));
      await addRepository(stores[0] as Store);
      for (const store of stores) {
        assert.deepEqual((await store.meta.repositories()).map(({ name }) => name), ['one']);
        await store[Symbol.asyncDispose]();
      }
      await server.query('CREATE SCHEMA other AUTHORIZATION mcp_user', new URL(url).pathname.slice(1));
      await using other = await open(`${url}?schema=other`);
      assert.deepEqual(await other.meta.repositories(), []);
    });

    test('a database of a newer program, and an empty one for readers only, are left as they are', async () => {
      const url = await server.createDatabase();
      assert.match(await told(open(url, {}, true), server.password), /^not_indexed: There is no index in/);
      await (await open(url))[Symbol.asyncDispose]();
      await server.query('INSERT INTO code_index_format (version) VALUES (99)', new URL(url).pathname.slice(1));
      assert.match(await told(open(url), server.password), /^unavailable: .*written by a newer code-index: it has format 99/);
    });

    test('a pool without a free connection, and a statement that takes too long, fail in time and leave the store well', async () => {
      const url = await server.createDatabase();
      await using store = await open(url, { poolSize: 1, poolOverflow: 0, poolWaitSeconds: 1, statementSeconds: 3 });
      await store.meta.repositories();
      const other = new pg.Client({ connectionString: server.superuserUrl(new URL(url).pathname.slice(1)) });
      await other.connect();
      await other.query('BEGIN; LOCK TABLE repository IN ACCESS EXCLUSIVE MODE');
      const [first, second] = [told(store.meta.repositories()), told(store.meta.repositories())];
      assert.match(await second, /^unavailable: .*no connection to 127.* was free in time.*DATABASE_POOL_SIZE/);
      assert.match(await first, /^timeout: .*took longer than it may.*DATABASE_STATEMENT_SECONDS/);
      await other.query('ROLLBACK');
      await other.end();
      assert.deepEqual(await store.meta.repositories(), []);
    });

    test('a restart of the database: questions wait for it, and nothing has to be opened again', async () => {
      await using store = await open(await server.createDatabase());
      const repository = await addRepository(store);
      const view = await addView(store, repository);
      await addFiles(store, repository, view, { 'a.c': 'before the crash' });
      await server.stop('immediate');
      const asked = Promise.all(Array.from({ length: 8 }, () => store.files.plan.count([view])));
      await server.start();
      assert.deepEqual(await asked, Array.from({ length: 8 }, () => 1));
      await addFiles(store, repository, view, { 'b.c': 'after it' });
      assert.equal(await store.files.plan.count([view]), 2);
    });

    test('who loses the connection of a lease has lost the lease, and writes nothing any more', async () => {
      const url = await server.createDatabase();
      await using store = await open(url);
      const repository = await addRepository(store);
      const view = await addView(store, repository);
      await using lease = await store.lease('about to be cut off', { repository });
      await using other = await open(url);
      await assert.rejects(other.lease('the other', { repository, waitMillis: 20 }), { code: 'conflict', message: /about to be cut off/ });
      await server.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE '%about to be cut off'");
      await using _theirs = await other.lease('the other', { repository, waitMillis: 5_000 });
      await assert.rejects(addFiles(store, repository, view, { 'late.c': 'too late' }), { code: 'unavailable' });
      assert.equal(await other.files.plan.count([view]), 0);
      await addFiles(other, repository, view, { 'a.c': 'theirs' });
      await assert.rejects(async () => lease[Symbol.asyncDispose](), { code: 'unavailable' });
    });

    test('two repositories are written at once, one by one writer at a time', async () => {
      const url = await server.createDatabase();
      await using one = await open(url);
      await using two = await open(url);
      const [a, b] = [await addRepository(one, 'a'), await addRepository(one, 'b')];
      await using _a = await one.lease('writing a', { repository: a });
      await using _b = await two.lease('writing b', { repository: b, waitMillis: 50 });
      await assert.rejects(two.lease('writing a, too', { repository: a, waitMillis: 20 }), { code: 'conflict', message: /writing a,/ });
      await assert.rejects(two.lease('writing all', { waitMillis: 20 }), { code: 'conflict' });
      const [first, second] = await Promise.all([addFiles(one, a, await addView(one, a), { 'a.c': 'text' }), addFiles(two, b, await addView(two, b), { 'b.c': 'text' })]);
      assert.notEqual(first.blobs[0], second.blobs[0]);
    });

    test('questions go to a replica, and what is written to the primary', async () => {
      await using replica = await startPostgres({ replicaOf: server });
      const url = await server.createDatabase();
      const readUrl = replica.url(new URL(url).pathname.slice(1));
      await using writer = await open(url);
      const repository = await addRepository(writer);
      const view = await addView(writer, repository);
      await addFiles(writer, repository, view, { 'a.c': 'replicated text' });
      await using reader = await open(url, { readUrl });
      for (let wait = 0; wait < 200 && (await reader.files.plan.count([view]).catch(() => 0)) < 1; wait++) await new Promise((resolve) => setTimeout(resolve, 25));
      assert.equal(await reader.files.plan.count([view]), 1);
      assert.ok((await replica.query("SELECT count(*) AS n FROM pg_stat_activity WHERE application_name LIKE 'code-index%answering'"))[0].n > 0, 'the replica was asked');
      const token = await reader.tokens.create({ digest: new Uint8Array(32), name: 't', role: 'reader', repositories: null, expiresAt: null });
      assert.deepEqual((await reader.tokens.list()).map(({ id }) => id), [token.id], 'tokens are read where they are written');
    });

    test('TLS: the certificate is verified where the address says so, and one of nobody is told', async () => {
      const { certificate, key } = makeCertificate('database');
      await using own = await startPostgres();
      const { uid, gid } = statSync(own.dataFolder);
      for (const [name, bytes] of [['server.crt', certificate], ['server.key', key]] as const) {
        const file = path.join(own.dataFolder, name);
        // The server insists on a key that only its user reads.
        writeFileSync(file, bytes, { mode: 0o600 });
        chownSync(file, uid, gid);
      }
      const authority = path.join(own.dataFolder, 'server.crt');
      await own.query("ALTER SYSTEM SET ssl = 'on'");
      await own.stop('fast');
      await own.start();
      const url = (await own.createDatabase()).replace('127.0.0.1', 'localhost');
      assert.match(await told(open(`${url}?sslmode=verify-full`), own.password), /^unavailable: .*certificate is signed by (itself|nobody whom this machine trusts).*sslrootcert/);
      await using store = await open(`${url}?sslmode=verify-full&sslrootcert=${authority}`);
      assert.deepEqual(await store.meta.repositories(), []);
      assert.deepEqual(await own.query("SELECT count(*) > 0 AS encrypted FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE ssl AND application_name LIKE 'code-index%'"), [{ encrypted: true }]);
    });

    if (pgvectorIsInstalled()) {
      test('the index of points of a very large repository is what answers', async () => {
        const url = await server.createDatabase();
        await using store = await openPostgres({ database: openConnections({ url }), readOnly: false, vectorSizes: { whole: 10, cells: 50 } });
        const repository = await addRepository(store);
        const view = await addView(store, repository);
        const database = new URL(url).pathname.slice(1);
        const texts = Object.fromEntries(Array.from({ length: 80 }, (_, at) => [`f${at}.c`, `def f${at}`]));
        const { blobs } = await addFiles(store, repository, view, texts);
        const { addFacts } = await import('../suite/harness.ts');
        await addFacts(store, repository, new Map(blobs.map((blob, at) => [blob, `def f${at}`])));
        const rows = blobs.map((blob, at) => ({ blob, vectors: Int8Array.from({ length: 16 }, (_, i) => ((at * 31 + i * i * 7) % 255) - 127) }));
        await store.commit({ repository, vectors: { model: 'm', dimensions: 16, rows } });
        await store.compact();
        assert.deepEqual(await server.query('SELECT (SELECT count(*)::int FROM vector_point) AS points, points AS state FROM vector_space', database), [{ points: 80, state: 2 }]);
        assert.match(JSON.stringify(await server.query("SET enable_seqscan = off; EXPLAIN SELECT blob FROM vector_point WHERE model = 1 ORDER BY embedding::halfvec(16) <=> '[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]' LIMIT 5", database)), /vector_point_\d+_embedding_idx|Index Scan/);
        const within = await store.files.scope({ views: [view], languages: [], notLanguages: [], paths: [], notPaths: [] });
        const hits = await store.vectors.nearest({ repositories: [repository], within, model: 'm', vector: rows[33]?.vectors as Int8Array, limit: 3 });
        assert.equal(hits[0]?.blob, blobs[33]);
        await store.meta.removeRepository(repository);
        assert.deepEqual(await server.query('SELECT count(*)::int AS points FROM vector_point', database), [{ points: 0 }]);
      });
    }
  });
}
