/**
 * Answers that were given, kept as the bytes that are sent, so that a question that was asked before costs microseconds.
 *
 * Never stale: an answer is found by what was asked, on whose behalf, the generation of every repository that it may rest
 * on, and the commits that are checked out now. Labels of files that may change on disk without any of these are compared
 * with the files before it is given again. What cannot be shown to hold is computed anew.
 */
import { createHash } from 'node:crypto';
import { LIMITS, breathe, throwIfAborted } from '../base/mod.ts';
import type { Answer, Entry, Freshness, View } from '../domain/mod.ts';
import type { ReadAnswer } from '../search/mod.ts';
import type { Store } from '../store/mod.ts';
import type { Call } from './operation.ts';
import type { AnyOperation } from './operations.ts';
import { runOperation, type Face } from './run.ts';
import type { Service } from './service.ts';

/** One answer as it is sent. */
export interface Answered {
  /** UTF-8 JSON, as `JSON.stringify` of the operation's output. */
  readonly bytes: Buffer;
  /** The same as long as the answer says the same, apart from the time it took. */
  readonly tag: string;
  /** It was kept, or somebody asked the same at the same time. */
  readonly hit: boolean;
}

/** What answers a search-like operation through what is kept. Roles, figures and the audit are those of `runOperation`. */
export function answered(service: Service, operation: AnyOperation, input: unknown, call: Call, face: Face): Promise<Answered> {
  return runOperation(service, { ...operation, run: () => service.answers.give(service, operation, input, call) }, input, call, face);
}

interface Label {
  readonly repository: string;
  readonly branch: string | null;
  readonly path: string;
  readonly freshness: Freshness;
}

interface Kept {
  readonly key: string;
  readonly bytes: Buffer;
  readonly tag: string;
  readonly labels: readonly Label[];
  /** Where the labels come from; found when the answer is asked for again first. Null: cannot be found. */
  rests: Promise<readonly Rest[] | null> | null;
  checkedAt: number;
  /** Given until then at most; from `performance.now()`. */
  readonly until: number;
}

/** A file on disk that an answer says something about. */
interface Rest {
  readonly view: View;
  readonly entry: Entry;
  readonly freshness: Freshness;
}

interface Running {
  readonly stop: AbortController;
  readonly made: Promise<Kept>;
  waiting: number;
}

/** What an answer rests on beside the question: all of it is in the key. */
interface Ground {
  readonly key: string;
  readonly store: Store;
  readonly views: readonly View[];
  /** When these generations were seen first. */
  readonly since: number;
}

interface Seen {
  readonly generations: string;
  readonly since: number;
  readonly views: readonly View[];
}

/** Which model answers is decided at most so often (`Models`): an answer of a newer generation may rest on an older decision. */
const DECISION_MILLIS = 2_500;
/** Sets of grants, and folders with a HEAD, that are remembered. */
const SEEN_KEPT = 200;
const HEADS_KEPT = 4_096;

export class Answers {
  readonly #kept = new Map<string, Kept>();
  readonly #running = new Map<string, Running>();
  readonly #seen = new Map<string, Seen>();
  readonly #heads = new Map<string, { readonly at: number; readonly head: Promise<string | null> }>();
  #bytes = 0;
  #turns: Promise<void> = Promise.resolve();

  /** Forgets everything: another database stands behind the service. */
  clear(): void {
    for (const map of [this.#kept, this.#seen, this.#heads]) map.clear();
    this.#bytes = 0;
  }

  /** The answer that is kept, or that is being made, or a new one. Errors are the operation's and are not kept. */
  async give(service: Service, operation: AnyOperation, input: unknown, call: Call): Promise<Answered> {
    const ground = await this.#groundOf(service, operation, input, false);
    const found = this.#kept.get(ground.key);
    if (found !== undefined && (await this.#holds(found, ground))) {
      // The last in the map is the last to go.
      if (this.#kept.get(found.key) === found && this.#kept.delete(found.key)) this.#kept.set(found.key, found);
      service.meter.count('code_index_cache_requests_total', { outcome: 'hit' });
      return { bytes: found.bytes, tag: found.tag, hit: true };
    }
    throwIfAborted(call.signal);
    let running = this.#running.get(ground.key);
    const hit = running !== undefined;
    running ??= this.#start(service, operation, input, ground);
    service.meter.count('code_index_cache_requests_total', { outcome: hit ? 'hit' : 'miss' });
    const { bytes, tag } = await this.#wait(ground.key, running, call.signal);
    return { bytes, tag, hit };
  }

  #start(service: Service, operation: AnyOperation, input: unknown, ground: Ground): Running {
    const stop = new AbortController();
    const made = this.#make(service, operation, input, ground, stop.signal);
    const running: Running = { stop, made, waiting: 0 };
    this.#running.set(ground.key, running);
    const ended = (): void => {
      if (this.#running.get(ground.key) === running) this.#running.delete(ground.key);
    };
    made.then(ended, ended);
    return running;
  }

  /** The work is stopped when nobody waits for it any more. */
  #wait(key: string, running: Running, signal: AbortSignal | undefined): Promise<Kept> {
    if (signal === undefined) {
      running.waiting = Infinity;
      return running.made;
    }
    running.waiting++;
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        reject(signal.reason);
        if (--running.waiting > 0) return;
        if (this.#running.get(key) === running) this.#running.delete(key);
        running.stop.abort(signal.reason);
      };
      signal.addEventListener('abort', leave, { once: true });
      running.made.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
    });
  }

  async #make(service: Service, operation: AnyOperation, input: unknown, ground: Ground, signal: AbortSignal): Promise<Kept> {
    await this.#turn();
    throwIfAborted(signal);
    const started = performance.now();
    const answer = (await operation.run(service, input, { signal })) as Answer | ReadAnswer;
    const labels = labelsOf(answer);
    const notes = 'notes' in answer ? answer.notes : [];
    const now = performance.now();
    const kept: Kept = {
      key: ground.key, bytes: Buffer.from(JSON.stringify(answer)), labels, rests: null, checkedAt: now,
      tag: createHash('sha256').update(JSON.stringify([ground.key, labels.map(({ freshness }) => freshness), notes])).digest('base64url').slice(0, 27),
      until: isPassing(service, notes) || started < ground.since + DECISION_MILLIS ? now + DECISION_MILLIS : Infinity,
    };
    // What was committed or checked out while it was made may be in it in part.
    if (kept.bytes.length <= LIMITS.answerKeptBytes && (await this.#groundOf(service, operation, input, true)).key === ground.key) this.#keep(kept);
    return kept;
  }

  /**
   * An embedded store answers without ever waiting, so questions that arrive together would run through each other and end
   * together, and nothing else would be heard until then. Each begins in a turn of the event loop of its own: one is done
   * before the next begins, unless it waits for something, and between two of them what is kept is given out.
   */
  #turn(): Promise<void> {
    return (this.#turns = this.#turns.then(breathe));
  }

  #keep(kept: Kept): void {
    this.#forget(this.#kept.get(kept.key));
    this.#kept.set(kept.key, kept);
    this.#bytes += sizeOf(kept);
    for (const oldest of this.#kept.values()) {
      if (this.#bytes <= LIMITS.answerCacheBytes) return;
      this.#forget(oldest);
    }
  }

  #forget(kept: Kept | undefined): void {
    if (kept !== undefined && this.#kept.get(kept.key) === kept && this.#kept.delete(kept.key)) this.#bytes -= sizeOf(kept);
  }

  async #holds(kept: Kept, { store, views }: Ground): Promise<boolean> {
    const now = performance.now();
    if (now < kept.until) {
      if (now - kept.checkedAt < LIMITS.answerCheckMillis) return true;
      const { freshnessOfPlace } = await import('../search/mod.ts');
      kept.rests ??= restsOf(store, views, kept.labels);
      const rests = await kept.rests;
      if (rests !== null && rests.every(({ view, entry, freshness }) => freshnessOfPlace({ view: view.id, entry }, view) === freshness)) {
        kept.checkedAt = performance.now();
        return true;
      }
    }
    this.#forget(kept);
    return false;
  }

  async #groundOf(service: Service, operation: AnyOperation, input: unknown, anew: boolean): Promise<Ground> {
    const store = await service.store();
    const [repositories, workspace] = await Promise.all([store.meta.repositories(), service.workspace()]);
    const { repositories: granted } = service.identity;
    const grants = granted === null ? '*' : JSON.stringify([...granted].sort());
    const all = repositories.map(({ id, generation }) => `${id}:${generation}`).join(' ');
    const { since, views } = await this.#sightOf(grants, all, store);
    const named = namedAlone(operation, input as Record<string, unknown>, repositories);
    const own = named === null ? views : views.filter(({ repository }) => named.some(({ id }) => id === repository));
    const generations = named === null ? all : named.map(({ id, generation }) => `${id}:${generation}`).join(' ');
    const heads = await Promise.all(own.map((view) => (view.kind === 'worktree' ? this.#head(view, anew) : '')));
    const question = JSON.stringify(Object.entries(input as object).filter(([, value]) => value !== undefined).sort(([a], [b]) => (a < b ? -1 : 1)));
    return { store, views, since, key: [operation.name, question, grants, JSON.stringify(workspace), generations, heads.join(' ')].join('\n') };
  }

  async #sightOf(grants: string, generations: string, store: Store): Promise<Seen> {
    const known = this.#seen.get(grants);
    if (known?.generations === generations) return known;
    const seen: Seen = { generations, since: performance.now(), views: await store.meta.views() };
    if (this.#seen.size >= SEEN_KEPT) this.#seen.clear();
    this.#seen.set(grants, seen);
    return seen;
  }

  async #head(view: View, anew: boolean): Promise<string> {
    const root = view.root as string;
    const known = this.#heads.get(root);
    if (!anew && known !== undefined && performance.now() - known.at < LIMITS.answerCheckMillis) return (await known.head) ?? '-';
    const { headCommit } = await import('../search/mod.ts');
    const head = headCommit(view);
    if (this.#heads.size >= HEADS_KEPT) this.#heads.clear();
    this.#heads.set(root, { at: performance.now(), head });
    return (await head) ?? '-';
  }
}

/** Keys are mostly one byte a unit; what stands beside is small. */
function sizeOf({ bytes, key, labels }: Kept): number {
  return bytes.length + key.length + labels.length * 200 + 500;
}

/** What an endpoint or a local model could not do now it may do in a moment. */
function isPassing({ settings: { embedding } }: Service, notes: readonly string[]): boolean {
  return embedding !== undefined && embedding.provider !== 'none' && notes.some((note) => note.startsWith('Meaning was left out'));
}

/**
 * The repositories that a question names whole: what happens to others cannot change its answer. Null where it may rest
 * on all: names by their ends, examples that are looked for elsewhere, filters in the query that need to know what there is.
 */
function namedAlone<One extends { readonly name: string }>({ name }: AnyOperation, input: Readonly<Record<string, unknown>>, all: readonly One[]): readonly One[] | null {
  const { repository, language, query } = input;
  if (name === 'similar' || !Array.isArray(repository) || repository.length === 0 || language !== undefined) return null;
  if (typeof query === 'string' && /repo|lang/i.test(query)) return null;
  const found = all.filter((one) => repository.includes(one.name));
  return found.length === new Set(repository).size ? found : null;
}

function labelsOf(answer: Answer | ReadAnswer): readonly Label[] {
  if ('results' in answer) return answer.results.map(({ repository, branch, path, freshness }) => ({ repository, branch, path, freshness }));
  const { repository, branch, path, fileFreshness } = answer;
  return path === null || fileFreshness === null ? [] : [{ repository, branch, path, freshness: fileFreshness }];
}

/** The entries behind the labels; null where one of them cannot be told for certain. */
async function restsOf(store: Store, views: readonly View[], labels: readonly Label[]): Promise<readonly Rest[] | null> {
  if (labels.length === 0) return [];
  const repositories = new Map((await store.meta.repositories()).map(({ id, name }) => [id, name]));
  const found = new Map<string, Rest>();
  for (const view of views) {
    // Branches and commits do not change by themselves.
    const here = labels.filter((label) => label.repository === repositories.get(view.repository) && label.branch === view.branch);
    if (view.kind !== 'worktree' || here.length === 0) continue;
    const entries = await store.files.entriesAt(view.id, [...new Set(here.map(({ path }) => path))]);
    for (const { path, freshness } of here) {
      const entry = entries.get(path);
      if (entry !== undefined) found.set(`${view.id}:${path}`, { view, entry, freshness });
    }
  }
  const certain = labels.every((label) => label.freshness === 'fresh' || [...found.values()].some(({ entry }) => entry.path === label.path));
  return certain ? [...found.values()] : null;
}
