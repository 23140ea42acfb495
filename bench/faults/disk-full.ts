/**
 * The disk of PostgreSQL becomes full while a repository is indexed, and has room again: what is said, and what is lost.
 *
 *   mount -t tmpfs -o size=700m tmpfs /mnt/small && TMPDIR=/mnt/small node bench/faults/disk-full.ts
 *
 * The temporary folder, in which the private PostgreSQL lies, must be a small file system of its own. A ballast file leaves less
 * room than the index needs, and goes when the disk is full. The log is written to bench/runs.
 */
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished, generateRepository, start } from '../../test/whole.ts';
import { startServer } from '../../test/server.ts';
import { startPostgres } from '../../test/services/postgres.ts';

const FILES = 1_500;
const MIB = 2 ** 20;
/** Left for the index and the log of the database when the ballast is in. */
const ROOM = 12 * MIB;

const lines: string[] = [];
const log = (text: string): void => {
  lines.push(text);
  console.log(text);
};
const freeBytes = (): number => {
  const { bavail, bsize } = statfsSync(tmpdir());
  return bavail * bsize;
};

if (freeBytes() > 2_048 * MIB) throw new Error(`${tmpdir()} has ${Math.round(freeBytes() / MIB)} MiB free: name a small file system with TMPDIR.`);
const work = mkdtempSync(join('/var/tmp', 'code-index-full-'));
const ballast = join(tmpdir(), 'ballast');
try {
  await using server = await startPostgres({ durable: true, settings: { max_wal_size: '64MB', min_wal_size: '32MB', wal_keep_size: '0' } });
  const url = await server.createDatabase('full', []);
  process.env['DATABASE_URL'] = url;
  const project = join(work, 'project');
  generateRepository(project, 60);
  const index = async (): Promise<{ code: number | null; stderr: string }> => finished(start(['index', project, '--quiet'], join(work, 'data'), project));
  log(`indexed before: exit code ${(await index()).code}`);
  await using serving = await startServer({ dataDir: join(work, 'serve'), cwd: work, env: { DATABASE_URL: url } }).catch((error: unknown) => {
    log(String(error));
    throw error;
  });
  const ask = async (): Promise<string> => {
    const answer = await fetch(`${serving.url}/api/search?query=helper1&repository=project&mode=text`);
    return `${answer.status}, ${(((await answer.json()) as { results?: unknown[] }).results ?? []).length} results`;
  };
  log(`asked before: ${await ask()}`);
  generateRepository(project, FILES, 60);
  writeFileSync(ballast, Buffer.alloc(Math.max(0, freeBytes() - ROOM)));
  log(`room left: ${Math.round(freeBytes() / MIB)} MiB`);
  const failed = await index();
  log(`indexed on a full disk: exit code ${failed.code}: ${failed.stderr.trim().split('\n').slice(-3).join(' ')}`);
  log(`asked meanwhile: ${await ask().catch((error: unknown) => String(error))}; /ready is ${(await fetch(`${serving.url}/ready`)).status}`);
  rmSync(ballast);
  log(`room again: ${Math.round(freeBytes() / MIB)} MiB`);
  if ((await server.query('SELECT 1').catch(() => null)) === null) {
    await server.stop('immediate').catch(() => undefined);
    await server.start();
    log('the database had stopped, and was started again');
  }
  const again = await index();
  log(`indexed again: exit code ${again.code} ${again.stderr.trim()}`);
  log(`asked after: ${await ask()}; /ready is ${(await fetch(`${serving.url}/ready`)).status}`);
  const last = await finished(start(['search', '--json', '--mode', 'text', '--limit', '1', `helper${FILES}`], join(work, 'data'), project));
  log(`the last file is found: exit code ${last.code}, ${(JSON.parse(last.stdout) as { results: unknown[] }).results.length > 0}`);
} finally {
  rmSync(ballast, { force: true });
  rmSync(work, { recursive: true, force: true });
}
writeFileSync(join(import.meta.dirname, '..', 'runs', `${new Date().toISOString().slice(0, 10)}-disk-full.md`), `# PostgreSQL's disk becomes full, ${new Date().toISOString().slice(0, 10)}\n\n\`bench/faults/disk-full.ts\`\n\n${lines.map((line) => `- ${line}\n`).join('')}`);
