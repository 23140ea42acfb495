/** Tokens, jobs and the audit log: small records beside the index. */
import assert from 'node:assert/strict';
import type { Job, JobState } from '../../domain/mod.ts';
import { addRepository, Folder, type Cases } from './harness.ts';

export const RECORDS: Cases = {
  'tokens: created, found by digest alone, revoked once, there after reopening': async (driver) => {
    await using folder = new Folder(driver);
    const store = await folder.open();
    const digest = new Uint8Array(32).fill(7);
    const token = await store.tokens.create({ digest, name: 'ci', role: 'reader', repositories: ['one', 'two'], expiresAt: '2030-01-01T00:00:00.000Z' });
    const all = await store.tokens.create({ digest: new Uint8Array(32).fill(8), name: 'all', role: 'admin', repositories: null, expiresAt: null });
    assert.deepEqual(await store.tokens.byDigest(digest), token);
    assert.deepEqual([token.name, token.role, token.repositories, token.expiresAt, token.revokedAt], ['ci', 'reader', ['one', 'two'], '2030-01-01T00:00:00.000Z', null]);
    assert.equal(await store.tokens.byDigest(new Uint8Array(32)), null);
    assert.deepEqual([await store.tokens.revoke(token.id), await store.tokens.revoke(token.id), await store.tokens.revoke(99)], [true, false, false]);
    const again = await folder.open();
    assert.notEqual((await again.tokens.byDigest(digest))?.revokedAt, null);
    assert.deepEqual((await again.tokens.list()).map(({ id, name }) => [id, name]), [[token.id, 'ci'], [all.id, 'all']]);
  },

  'JSON web tokens: refused by id or by subject, the later time holds, there after reopening': async (driver) => {
    await using folder = new Folder(driver);
    const { tokens } = await folder.open();
    const [first, second] = ['2026-01-01T00:00:00.000Z', '2026-02-01T00:00:00.000Z'];
    await tokens.revokeWebTokens({ by: 'subject', name: 'alice', revokedAt: second });
    await tokens.revokeWebTokens({ by: 'id', name: 'alice', revokedAt: first });
    await tokens.revokeWebTokens({ by: 'subject', name: 'alice', revokedAt: first });
    await tokens.revokeWebTokens({ by: 'id', name: 'b', revokedAt: first });
    await tokens.revokeWebTokens({ by: 'id', name: 'b', revokedAt: second });
    const again = (await folder.open()).tokens;
    const bySubject = { by: 'subject', name: 'alice', revokedAt: second } as const;
    assert.deepEqual(await again.webTokenRevocations({ id: null, subject: 'alice' }), [bySubject]);
    assert.deepEqual(await again.webTokenRevocations({ id: 'b', subject: 'bob' }), [{ by: 'id', name: 'b', revokedAt: second }]);
    assert.deepEqual((await again.webTokenRevocations({ id: 'alice', subject: 'alice' })).map(({ by }) => by).sort(), ['id', 'subject']);
    assert.deepEqual(await again.webTokenRevocations({ id: 'subject', subject: 'b' }), []);
    assert.deepEqual((await again.webTokenRevocations()).map(({ by, name, revokedAt }) => [by, name, revokedAt]), [['id', 'alice', first], ['id', 'b', second], ['subject', 'alice', second]]);
  },

  'jobs: replaced by id, newest first, by state and repository, in pages': async (driver) => {
    await using folder = new Folder(driver);
    const { journal } = await folder.open();
    for (const [id, repository, state] of [['a', 'one', 'done'], ['b', 'two', 'queued'], ['c', 'one', 'queued']] as const) await journal.putJob(jobOf(id, repository, state));
    await journal.putJob(jobOf('b', 'two', 'running'));
    const ids = async (options: Parameters<typeof journal.jobs>[0]): Promise<string[]> => (await journal.jobs(options)).map(({ id, state }) => `${id} ${state}`);
    assert.deepEqual(await ids({ limit: 9 }), ['c queued', 'b running', 'a done']);
    assert.deepEqual(await ids({ limit: 1, before: 'c' }), ['b running']);
    assert.deepEqual(await ids({ limit: 9, states: ['queued', 'running'] }), ['c queued', 'b running']);
    assert.deepEqual(await ids({ limit: 9, repository: 'one' }), ['c queued', 'a done']);
    assert.deepEqual(await journal.job('b'), jobOf('b', 'two', 'running'));
    assert.equal(await journal.job('z'), null);
  },

  'the audit log: newest first; pruning forgets the old of what is finished': async (driver) => {
    await using folder = new Folder(driver);
    const { journal } = await folder.open();
    const act = (time: string): Parameters<typeof journal.append>[0] => ({ time, actor: 'admin', act: 'repos remove', target: 'one', outcome: 'done' });
    await journal.append(act('2026-01-01T00:00:00.000Z'));
    await journal.append(act('2026-02-01T00:00:00.000Z'));
    await journal.putJob({ ...jobOf('a', 'one', 'done'), finishedAt: '2026-01-01T00:00:00.000Z' });
    await journal.putJob(jobOf('b', 'one', 'queued'));
    assert.deepEqual(await journal.audit({ limit: 1 }), [act('2026-02-01T00:00:00.000Z')]);
    await journal.prune('2026-01-15T00:00:00.000Z');
    assert.deepEqual(await journal.audit({ limit: 9 }), [act('2026-02-01T00:00:00.000Z')]);
    assert.deepEqual((await journal.jobs({ limit: 9 })).map(({ id }) => id), ['b']);
  },

  'notes about a repository: masked for ever, when and how it was fetched': async (driver) => {
    await using folder = new Folder(driver);
    const store = await folder.open();
    const id = await addRepository(store);
    const noted = async (): Promise<unknown[]> => (await store.meta.repositories()).map(({ masked, fetchedAt, fetchFailure }) => [masked, fetchedAt, fetchFailure]);
    assert.deepEqual(await noted(), [[false, null, null]]);
    await store.meta.noteRepository(id, { masked: true, fetchedAt: 'now', fetchFailure: 'gone' });
    await store.meta.noteRepository(id, { fetchFailure: null });
    assert.deepEqual(await noted(), [[true, 'now', null]]);
  },
};

function jobOf(id: string, repository: string, state: JobState): Job {
  return {
    id, repository, state, request: { kind: 'index', repository, fetch: false }, by: 'local', attempts: 0, createdAt: '2026-01-01T00:00:00.000Z',
    startedAt: null, finishedAt: null, progress: null, result: null, error: null,
  };
}
