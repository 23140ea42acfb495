/**
 * What ranked search answers over small pinned projects, as text: every change of ranking is a difference to read. Every
 * driver of the store that is there answers the same.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { OPERATIONS, openService, type Answer, type Result, type Service, type ServiceSettings } from '../src/mod.ts';
import { openOver } from '../src/store/mod.ts';
import { golden, temporaryFolder, writeFiles } from './faces.ts';
import { Embedded } from './services/pglite.ts';
import { postgresIsInstalled, startPostgres } from './services/postgres.ts';

const CORPORA = path.join(import.meta.dirname, 'corpora');
const SHOWN = 5;

const folder = temporaryFolder();

/** Where an index is kept, by the driver's name. */
type Place = Pick<ServiceSettings, 'databaseUrl' | 'openStore'>;
const places = new Map<string, Place>([['SQLite', {}]]);
const servers: AsyncDisposable[] = [];

/** One index for both goldens: which model answers is decided for each question. */
function serviceWith(provider: 'static' | 'none', place: Place): Service {
  const dataDir = path.join(folder.path, 'data');
  return openService({ dataDir, allowedRoots: [], workspace: [], embedding: { provider }, threads: 2, defaultDaysToKeep: 0, autoCleanup: false, version: '0', ...place });
}

before(async () => {
  const embedded = await Embedded.start();
  servers.push(embedded);
  const schema = await embedded.schema();
  places.set('PGlite', { openStore: () => openOver(embedded.database(schema)) });
  if (postgresIsInstalled()) {
    const server = await startPostgres();
    servers.push(server);
    places.set('PostgreSQL', { databaseUrl: await server.createDatabase() });
  }
  const names = readdirSync(CORPORA).filter((file) => file.endsWith('.txt') && file !== 'questions.txt').sort();
  const projects = names.map((name) => {
    const parts = readFileSync(path.join(CORPORA, name), 'utf8').split(/^\/\/- (.*)\n/m).slice(1);
    const files = Object.fromEntries(parts.flatMap((part, at) => (at % 2 === 0 ? [[part, parts[at + 1] as string]] : [])));
    return writeFiles(path.join(folder.path, path.basename(name, '.txt')), files);
  });
  for (const place of places.values()) {
    await using service = serviceWith('static', place);
    assert.deepEqual((await OPERATIONS.index.run(service, { targets: projects }, {})).failed, []);
  }
});
after(async () => {
  for (const server of servers) await server[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

async function check(name: string, provider: 'static' | 'none'): Promise<void> {
  for (const [driver, place] of places) {
    const text = await answers(provider, place);
    assert.equal(text, golden(name, text), driver);
  }
}

async function answers(provider: 'static' | 'none', place: Place): Promise<string> {
  await using service = serviceWith(provider, place);
  const blocks: string[] = [];
  const notes = new Set<string>();
  for (const line of readFileSync(path.join(CORPORA, 'questions.txt'), 'utf8').split('\n')) {
    if (line.startsWith('#')) blocks.push(`${line}\n`);
    if (line === '' || line.startsWith('#')) continue;
    const answer = await answerOf(service, line);
    for (const note of answer.notes) notes.add(note);
    blocks.push(`${line}\n${answer.results.slice(0, SHOWN).map(rendered).join('') || '  nothing\n'}`);
  }
  // Said once, so that a golden without vectors cannot be taken for one with them.
  return [...[...notes].map((note) => `${note}\n`), ...blocks].join('\n');
}

async function answerOf(service: Service, line: string): Promise<Answer> {
  const similar = /^similar (\S+) (\S+):(\d+) ->(.*)$/.exec(line);
  if (similar === null) {
    const [repository, query] = line.split(/: (.*)/) as [string, string];
    return OPERATIONS.search.run(service, { query, repository: [repository], limit: SHOWN }, {});
  }
  const [, repository, file, start, named] = similar as unknown as [string, string, string, string, string];
  const languages = named.split(',').map((language) => language.trim()).filter((language) => language !== '');
  const place = { path: file, startLine: Number(start), repository, repositories: ['*'], limit: SHOWN };
  return OPERATIONS.similar.run(service, { ...place, ...(languages.length === 0 ? {} : { languages }) }, {});
}

/** Scores with two digits: more would tell of processors, not of ranking. */
function rendered({ repository, path: file, startLine, endLine, symbol, score, why }: Result): string {
  const of = symbol === null ? '' : ` ${symbol.container === null ? '' : `${symbol.container}.`}${symbol.name}`;
  return `  ${score.toFixed(2).padStart(6)}  ${repository}/${file}:${startLine}-${endLine}${of}\n          ${why.join('; ')}\n`;
}

test('ranking: by words alone', () => check('ranking-words.txt', 'none'));

test('ranking: by words and meaning', () => check('ranking.txt', 'static'));
