/** Tokens, jobs and the audit log: small records beside the index, written and read on the primary. */
import type { AccessRole, ApiToken, Job, WebTokenRevocation } from '../../domain/mod.ts';
import type { Journal, Tokens } from '../ports.ts';
import type { Core } from './core.ts';

export type TokenRow = [id: number, name: string, role: string, repositories: string | null, created: string, expires: string | null, revoked: string | null];
export const TOKEN_COLUMNS = 'id, name, role, repositories, created, expires, revoked';

export function makeTokens(core: Core): Tokens {
  const { writer } = core.database;
  return {
    list: () => core.read('Listing tokens', async () => (await writer.rows<TokenRow>(`SELECT ${TOKEN_COLUMNS} FROM token ORDER BY id`)).map(tokenOf)),
    byDigest: (digest) => core.read('Looking a token up', async () => {
      const [row] = await writer.rows<TokenRow>(`SELECT ${TOKEN_COLUMNS} FROM token WHERE digest = $1`, [digest]);
      return row === undefined ? null : tokenOf(row);
    }),
    create: ({ digest, name, role, repositories, expiresAt }) => core.write('Storing a token', async () => {
      const [row] = await writer.rows<TokenRow>(
        `INSERT INTO token (digest, name, role, repositories, created, expires) VALUES ($1, $2, $3, $4, $5, $6) RETURNING ${TOKEN_COLUMNS}`,
        [digest, name, role, repositories === null ? null : JSON.stringify(repositories), new Date().toISOString(), expiresAt],
      );
      return tokenOf(row as TokenRow);
    }),
    revoke: (id) => core.write('Revoking a token', async () => (await writer.run('UPDATE token SET revoked = $2 WHERE id = $1 AND revoked IS NULL', [id, new Date().toISOString()])) === 1),
    revokeWebTokens: ({ by, name, revokedAt }) => core.write('Revoking JSON web tokens', async () => {
      await writer.run(
        'INSERT INTO web_token_revocation (kind, name, revoked) VALUES ($1, $2, $3) ON CONFLICT (kind, name) DO UPDATE SET revoked = greatest(web_token_revocation.revoked, excluded.revoked)', [by, name, revokedAt],
      );
    }),
    webTokenRevocations: (token) => core.read('Looking up what is revoked', async () => {
      const condition = token === undefined ? '$1::text IS NULL AND $2::text IS NULL' : "(kind = 'id' AND name = $1) OR (kind = 'subject' AND name = $2)";
      const rows = await writer.rows<[WebTokenRevocation['by'], string, string]>(`SELECT kind, name, revoked FROM web_token_revocation WHERE ${condition} ORDER BY revoked, kind, name`, [token?.id ?? null, token?.subject ?? null]);
      return rows.map(([by, name, revokedAt]) => ({ by, name, revokedAt }));
    }),
  };
}

export function tokenOf([id, name, role, repositories, createdAt, expiresAt, revokedAt]: TokenRow): ApiToken {
  return { id, name, role: role as AccessRole, repositories: repositories === null ? null : (JSON.parse(repositories) as string[]), createdAt, expiresAt, revokedAt };
}

export function makeJournal(core: Core): Journal {
  const { writer } = core.database;
  return {
    putJob: (job) => core.write('Storing a job', async () => {
      await writer.run(
        `INSERT INTO job (id, repository, state, finished, data) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (id) DO UPDATE SET repository = excluded.repository, state = excluded.state, finished = excluded.finished, data = excluded.data`,
        [job.id, job.repository, job.state, job.finishedAt, JSON.stringify(job)],
      );
    }),
    job: (id) => core.read('Reading a job', async () => {
      const [row] = await writer.rows<[string]>('SELECT data FROM job WHERE id = $1', [id]);
      return row === undefined ? null : (JSON.parse(row[0]) as Job);
    }),
    jobs: ({ states = [], repository = null, before = null, limit }) => core.read('Listing jobs', async () => {
      const rows = await writer.rows<[string]>(
        `SELECT data FROM job WHERE ($1::text IS NULL OR id < $1) AND (cardinality($2::text[]) = 0 OR state = ANY($2)) AND ($3::text IS NULL OR repository = $3) ORDER BY id DESC LIMIT $4`,
        [before, states, repository, limit],
      );
      return rows.map(([data]) => JSON.parse(data) as Job);
    }),
    append: ({ time, actor, act, target, outcome }) => core.write('Writing the audit log', async () => {
      await writer.run('INSERT INTO audit (time, actor, act, target, outcome) VALUES ($1, $2, $3, $4, $5)', [time, actor, act, target, outcome]);
    }),
    audit: ({ limit }) => core.read('Reading the audit log', async () => {
      const rows = await writer.rows<[string, string, string, string, string]>('SELECT time, actor, act, target, outcome FROM audit ORDER BY id DESC LIMIT $1', [limit]);
      return rows.map(([time, actor, act, target, outcome]) => ({ time, actor, act, target, outcome }));
    }),
    prune: (before) => core.write('Pruning the journal', async () => {
      await writer.run('DELETE FROM job WHERE finished < $1', [before]);
      await writer.run('DELETE FROM audit WHERE time < $1', [before]);
    }),
  };
}
