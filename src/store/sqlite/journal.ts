import type { AuditEntry, Job } from '../../domain/mod.ts';
import type { Journal } from '../ports.ts';
import type { Core } from './core.ts';

export function makeJournal(core: Core): Journal {
  const { reader } = core;
  const one = reader.prepare<[string], string>('SELECT data FROM job WHERE id = ?').pluck();
  const some = reader.prepare<{ before: string; states: string; repository: string | null; limit: number }, string>(
    "SELECT data FROM job WHERE id < @before AND (@states = '[]' OR state IN (SELECT value FROM json_each(@states))) AND (@repository IS NULL OR repository = @repository) ORDER BY id DESC LIMIT @limit",
  ).pluck();
  const acts = reader.prepare<[number], AuditEntry>('SELECT time, actor, act, target, outcome FROM audit ORDER BY id DESC LIMIT ?');
  return {
    putJob: async (job) => core.writeSoon('Storing a job', (database) => {
      database.prepare('INSERT OR REPLACE INTO job (id, repository, state, finished, data) VALUES (?, ?, ?, ?, ?)').run(job.id, job.repository, job.state, job.finishedAt, JSON.stringify(job));
    }),
    job: async (id) => core.read('Reading a job', () => {
      const data = one.get(id);
      return data === undefined ? null : (JSON.parse(data) as Job);
    }),
    jobs: async ({ states = [], repository = null, before = '\u{10FFFF}', limit }) => core.read('Listing jobs', () =>
      some.all({ before, states: JSON.stringify(states), repository, limit }).map((data) => JSON.parse(data) as Job)),
    append: async ({ time, actor, act, target, outcome }) => core.writeSoon('Writing the audit log', (database) => {
      database.prepare('INSERT INTO audit (time, actor, act, target, outcome) VALUES (?, ?, ?, ?, ?)').run(time, actor, act, target, outcome);
    }),
    audit: async ({ limit }) => core.read('Reading the audit log', () => acts.all(limit)),
    prune: async (before) => core.writeSoon('Pruning the journal', (database) => {
      database.prepare('DELETE FROM job WHERE finished < ?').run(before);
      database.prepare('DELETE FROM audit WHERE time < ?').run(before);
    }),
  };
}
