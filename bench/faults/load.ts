/** Questions and jobs without pause against all servers that are up, and what became of each. */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { git } from '../../test/whole.ts';
import type { Installation } from './installation.ts';

export interface Failure {
  readonly at: number;
  readonly server: string;
  readonly what: string;
}

/** A change that a server took on: the job, and the words that must be found when it is done. */
export interface Acknowledged {
  readonly job: string;
  readonly repository: string;
  readonly token: string;
  readonly server: string;
}

const ASKERS = 6;
const TIMEOUT_MILLIS = 40_000;

export class Load {
  readonly #installation: Installation;
  readonly #repositories: readonly string[];
  /** The literal that stands in every file of every repository, by the count of files. */
  readonly #expected: ReadonlyMap<string, number>;
  readonly acknowledged: Acknowledged[] = [];
  readonly failures: Failure[] = [];
  /** Cut with a server that was killed. */
  cut = 0;
  answered = 0;
  incomplete = 0;
  slowest = 0;
  readonly #killed = new Set<string>();
  #stopped = false;
  #loops: Promise<void>[] = [];
  #tokens = 0;

  constructor(installation: Installation, repositories: readonly string[], expected: ReadonlyMap<string, number>) {
    this.#installation = installation;
    this.#repositories = repositories;
    this.#expected = expected;
  }

  begin(): void {
    for (let at = 0; at < ASKERS; at++) this.#loops.push(this.#ask(at));
    this.#loops.push(this.#change());
  }

  /** What goes wrong on this server from now on is the kill's. */
  killing(url: string): void {
    this.#killed.add(url);
  }

  async end(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#loops);
  }

  #pick(): { readonly name: string; readonly url: string } | null {
    const up = [...this.#installation.servers];
    const found = up[Math.floor(Math.random() * up.length)];
    return found === undefined ? null : { name: found[0], url: found[1].url };
  }

  async #ask(at: number): Promise<void> {
    for (let turn = 0; !this.#stopped; turn++) {
      const server = this.#pick();
      const repository = this.#repositories[(turn + at) % this.#repositories.length] as string;
      if (server === null) {
        await pause(50);
        continue;
      }
      // One in three counts a literal that a re-index must never hide; the others are ranked, each another question.
      const counted = turn % 3 === 0;
      const query = counted ? '"return helper"' : `helper ${turn * ASKERS + at} seed step`;
      const started = performance.now();
      try {
        const answer = await fetch(`${server.url}/api/search?query=${encodeURIComponent(query)}&repository=${repository}&limit=${counted ? 100 : 5}${counted ? '&all=true' : ''}`, { signal: AbortSignal.timeout(TIMEOUT_MILLIS) });
        const body = (await answer.json()) as { results?: { path: string }[]; error?: { message: string } };
        this.slowest = Math.max(this.slowest, performance.now() - started);
        if (answer.status !== 200) this.#fail(server, `${answer.status}: ${body.error?.message}`);
        else {
          this.answered++;
          const files = new Set((body.results ?? []).map(({ path }) => path)).size;
          if (counted && files < Math.min(this.#expected.get(repository) ?? 0, 100)) {
            this.incomplete++;
            this.#fail(server, `${files} of ${this.#expected.get(repository)} files of ${repository} were found`);
          }
        }
      } catch (error) {
        this.#fail(server, String((error as Error).cause ?? error));
      }
    }
  }

  #fail({ name, url }: { readonly name: string; readonly url: string }, what: string): void {
    if (this.#killed.has(url)) this.cut++;
    else this.failures.push({ at: Date.now(), server: name, what });
  }

  /** Edits, commits, and asks a server to index it. What is not acknowledged is asked again of another one. */
  async #change(): Promise<void> {
    while (!this.#stopped) {
      const repository = this.#repositories[this.#tokens % this.#repositories.length] as string;
      const token = `acknowledgedword${this.#tokens++}x`;
      const folder = join(this.#installation.root, 'projects', repository);
      appendFileSync(join(folder, 'notes.md'), `${token}\n`);
      git(folder, 'add', '.');
      git(folder, '-c', 'user.name=Test', '-c', 'user.email=test@example.org', 'commit', '-q', '-m', token);
      for (let tries = 0; !this.#stopped && tries < 200; tries++) {
        const server = this.#pick();
        try {
          if (server === null) throw new Error('no server is up');
          const answer = await fetch(`${server.url}/api/repositories/${repository}/update`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}', signal: AbortSignal.timeout(TIMEOUT_MILLIS) });
          if (answer.status !== 202) throw new Error(`${answer.status} ${await answer.text()}`);
          const { job } = (await answer.json()) as { job: { id: string } };
          this.acknowledged.push({ job: job.id, repository, token, server: server.name });
          break;
        } catch {
          await pause(100);
        }
      }
      await pause(250);
    }
  }
}

export function pause(millis: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis));
}
