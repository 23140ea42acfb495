/**
 * Answers that were given, kept as the bytes that are sent, so that a question that was asked before costs microseconds.
 *
 * Never stale: an answer is found by what was asked, on whose behalf, the generation of every repository that it may rest
 * on, and the commits that are checked out now. Labels of files that may change on disk without any of these are compared
 * with the files before it is given again. What cannot be shown to hold is computed anew.
 */
import { createHash } from 'node:crypto';
import { LIMITS, throwIfAborted } from '../base/mod.ts';
import type { Answer, View } from '../domain/mod.ts';
import type { ReadAnswer } from '../search/mod.ts';
import type { Store } from '../store/mod.ts';
import type { Kept, Label, Rest } from './kept-answers.ts';
import type { Call } from './operation.ts';
import type { AnyOperation } from './operations.ts';
import { runOperation, type Face } from './run.ts';
import type { Service } from './service.ts';
import { packAnswer, sharedKey, unpackAnswer } from './shared-answers.ts';

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
  return runOperation(service, { ...operation, run: () => give(service, operation, input, call) }, input, call, face);
}

/** What an answer rests on beside the question: all of it is in the key. */
interface Ground {
  readonly key: string;
  /** The same for other servers and another day; null while what it rests on is under way, or must not leave this process. */
  readonly shared: string | null;
  readonly store: Store;
  readonly views: readonly View[];
  /** When these generations were seen first. */
  readonly since: number;
}

/** Which model answers is decided at most so often (`Models`): an answer of a newer generation may rest on an older decision. */
const DECISION_MILLIS = 2_500;

/** The answer that is kept, or that is being made, or a new one. Errors are the operation's and are not kept. */
async function give(service: Service, operation: AnyOperation, input: unknown, call: Call): Promise<Answered> {
  const { answers, meter } = service;
  const ground = await groundOf(service, operation, input, false);
  const found = answers.find(ground.key);
  if (found !== undefined && (await holds(service, found, ground))) {
    answers.touch(found);
    meter.count('code_index_cache_requests_total', { outcome: 'hit', level: 'process' });
    return { bytes: found.bytes, tag: found.tag, hit: true };
  }
  throwIfAborted(call.signal);
  let level = answers.isBeingMade(ground.key) ? 'process' : 'none';
  try {
    const { bytes, tag, shared } = await answers.wait(ground.key, async (signal) => (await received(service, ground)) ?? make(service, operation, input, ground, signal), call.signal);
    if (shared && level === 'none') level = 'shared';
    return { bytes, tag, hit: level !== 'none' };
  } finally {
    meter.count('code_index_cache_requests_total', { outcome: level === 'none' ? 'miss' : 'hit', level });
  }
}

/** What another server keeps, where it holds here, too. */
async function received(service: Service, ground: Ground): Promise<Kept | null> {
  const { answers } = service;
  if (ground.shared === null || answers.shared === null) return null;
  const packed = await answers.shared.get(ground.shared);
  const found = packed === null ? null : unpackAnswer(packed);
  if (found === null) return null;
  // Nothing that it says of files was looked at by this server.
  const kept: Kept = { key: ground.key, ...found, shared: true, rests: null, checkedAt: -Infinity, until: Infinity };
  if (!(await holds(service, kept, ground))) return null;
  answers.keep(kept);
  return kept;
}

async function make(service: Service, operation: AnyOperation, input: unknown, ground: Ground, signal: AbortSignal): Promise<Kept> {
  await service.answers.turn();
  throwIfAborted(signal);
  const started = performance.now();
  const answer = (await operation.run(service, input, { signal })) as Answer | ReadAnswer;
  const labels = labelsOf(answer);
  const notes = 'notes' in answer ? answer.notes : [];
  const now = performance.now();
  const kept: Kept = {
    key: ground.key, bytes: Buffer.from(JSON.stringify(answer)), labels, shared: false, rests: null, checkedAt: now,
    tag: createHash('sha256').update(JSON.stringify([ground.key, labels.map(({ freshness }) => freshness), notes])).digest('base64url').slice(0, 27),
    until: isPassing(service, notes) || started < ground.since + DECISION_MILLIS ? now + DECISION_MILLIS : Infinity,
  };
  if (kept.bytes.length > LIMITS.answerKeptBytes) return kept;
  const after = await groundOf(service, operation, input, true);
  // What was committed or checked out while it was made may be in it in part.
  if (after.key !== ground.key) return kept;
  service.answers.keep(kept);
  if (ground.shared !== null && after.shared === ground.shared && kept.until === Infinity) service.answers.shared?.put(ground.shared, packAnswer(kept));
  return kept;
}

/** Whether what an answer says of files on disk is still so. */
async function holds({ answers }: Service, kept: Kept, { store, views }: Ground): Promise<boolean> {
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
  answers.forget(kept);
  return false;
}

async function groundOf(service: Service, operation: AnyOperation, input: unknown, anew: boolean): Promise<Ground> {
  const store = await service.store();
  const [repositories, workspace] = await Promise.all([store.meta.repositories(), service.workspace()]);
  const { repositories: granted } = service.identity;
  const grants = granted === null ? '*' : JSON.stringify([...granted].sort());
  const all = repositories.map(({ id, generation }) => `${id}:${generation}`).join(' ');
  const { since, views } = await service.answers.seen(grants, all, () => store.meta.views());
  const named = namedAlone(operation, input as Record<string, unknown>, repositories);
  const own = named === null ? views : views.filter(({ repository }) => named.some(({ id }) => id === repository));
  const generations = named === null ? all : named.map(({ id, generation }) => `${id}:${generation}`).join(' ');
  const heads = await Promise.all(own.map((view) => (view.kind === 'worktree' ? service.answers.head(view.root as string, () => askForHead(view), anew) : '')));
  const question = JSON.stringify(Object.entries(input as object).filter(([, value]) => value !== undefined).sort(([a], [b]) => (a < b ? -1 : 1)));
  const key = [operation.name, question, grants, JSON.stringify(workspace), generations, heads.join(' ')].join('\n');
  const about = named ?? repositories;
  return { store, views, since, key, shared: service.answers.shared === null ? null : sharedKey(service.settings, key, about, own) };
}

async function askForHead(view: View): Promise<string | null> {
  const { headCommit } = await import('../search/mod.ts');
  return headCommit(view);
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
