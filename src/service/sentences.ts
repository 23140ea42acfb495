/** Sentences about answers that every face says alike. */
import type { Answer, AnswerFreshness, Coverage, IndexSummary, Progress, Result } from '../domain/mod.ts';

export function plural(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : noun.endsWith('s') || noun.endsWith('ch') ? 'es' : 's'}`;
}

export function bytes(count: number): string {
  if (count < 1_000) return `${count} B`;
  if (count < 1_000_000) return `${(count / 1_000).toFixed(1)} kB`;
  if (count < 1_000_000_000) return `${(count / 1_000_000).toFixed(1)} MB`;
  return `${(count / 1_000_000_000).toFixed(2)} GB`;
}

export function seconds(millis: number): string {
  return millis < 1_000 ? `${Math.round(millis)} ms` : `${(millis / 1_000).toFixed(1)} s`;
}

/** `1,204 files searched, 12 left out (8 binary, 4 too large)`. */
export function coverageSentence(coverage: Coverage): string {
  const because = Object.entries(coverage.skippedBecause).filter(([, count]) => count > 0).map(([reason, count]) => `${count.toLocaleString('en-US')} ${reason.replaceAll('_', ' ')}`);
  const left = coverage.filesSkipped === 0 ? '' : `, ${coverage.filesSkipped.toLocaleString('en-US')} left out${because.length === 0 ? '' : ` (${because.join(', ')})`}`;
  return `${plural(coverage.filesSearched, 'file')} searched${left}`;
}

/** `at 1a2b3c4`, with what is behind; empty where there is nothing to say. */
export function freshnessSentence(freshness: AnswerFreshness): string {
  const parts: string[] = [];
  if (freshness.indexedCommit !== null) {
    const short = freshness.indexedCommit.slice(0, 9);
    parts.push(freshness.headCommit === null || freshness.headCommit === freshness.indexedCommit ? `at ${short}` : `at ${short}, HEAD is ${freshness.headCommit.slice(0, 9)}`);
  }
  if (freshness.pendingFiles > 0) parts.push(`${plural(freshness.pendingFiles, 'file')} pending`);
  if (freshness.pendingSymbols > 0) parts.push(`symbols of ${plural(freshness.pendingSymbols, 'file')} pending`);
  if (freshness.indexedAt === null) parts.push('never completed');
  return parts.join(', ');
}

/** Why nothing was found, as far as the answer tells. */
export function noneSentence(coverage: Coverage): string {
  return coverage.filesSearched === 0 ? 'no results: no indexed file passes the filters' : 'no results';
}

/** Said before definitions that only resemble the name that was asked for; empty where one of them has it. */
export function nearbySentence(answer: Answer): string {
  const definitions = answer.results.filter((one) => 'relation' in one && one.relation === 'definition');
  if (definitions.length === 0 || definitions.length < answer.results.length) return '';
  return definitions.some(({ why }) => why.some((each) => each === 'exact name' || each === 'name in another case')) ? '' : `No symbol is called ${JSON.stringify(answer.query)}; the nearest names:`;
}

/** Repositories whose results come from several branches: there the place names its own. */
export function branchesOf(results: Answer['results']): ReadonlySet<string> {
  const first = new Map<string, string | null>();
  const several = new Set<string>();
  for (const { repository, branch } of results) {
    if (first.has(repository) && first.get(repository) !== branch) several.add(repository);
    first.set(repository, branch);
  }
  return several;
}

/** Further places named of one result. */
const PLACES_NAMED = 5;

/** `also at b.c, vendored:lib/b.c, b.c@next`; empty where the code stands nowhere else. */
export function elsewhereSentence({ alsoAt = [], repository, branch }: Result): string {
  if (alsoAt.length === 0) return '';
  const places = alsoAt.slice(0, PLACES_NAMED).map((one) => `${one.repository === repository ? '' : `${one.repository}:`}${pathText(one.path)}${one.repository !== repository || one.branch === branch ? '' : `@${one.branch ?? 'detached'}`}`);
  return `also at ${places.join(', ')}${alsoAt.length > places.length ? ` and ${alsoAt.length - places.length} more` : ''}`;
}

/** A path in one line, whatever its name is made of. */
export function pathText(path: string): string {
  // oxlint-disable-next-line no-control-regex -- these are what is spelled out.
  return path.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, (unit) => (unit === '\n' ? '\\n' : unit === '\t' ? '\\t' : `\\x${unit.charCodeAt(0).toString(16).padStart(2, '0')}`));
}

/** One line about a finished index. */
export function summarySentence(summary: IndexSummary): string {
  const where = summary.branch === null ? summary.repository : `${summary.repository} (${summary.branch})`;
  const what = summary.changed === 0 && summary.removed === 0
    ? summary.parsed > 0 ? `symbols of ${plural(summary.parsed, 'file')} completed` : summary.embedded > 0 ? `vectors of ${plural(summary.embedded, 'file')} completed` : 'nothing changed'
    : [summary.changed > 0 ? `${summary.changed.toLocaleString('en-US')} changed` : '', summary.removed > 0 ? `${summary.removed.toLocaleString('en-US')} removed` : ''].filter(Boolean).join(', ');
  const rest = [
    summary.skipped > 0 ? `${summary.skipped.toLocaleString('en-US')} left out` : '',
    summary.textOnly > 0 ? `${summary.textOnly.toLocaleString('en-US')} text only` : '',
    summary.problems > 0 ? plural(summary.problems, 'problem') : '',
  ].filter(Boolean);
  return `${where}: ${plural(summary.files, 'file')}, ${what}${rest.length > 0 ? `, ${rest.join(', ')}` : ''} · ${seconds(summary.millis)}${vectorsSentence(summary)}`;
}

/** `vectors of 90 of 100 files by static/1`, each model for itself; empty where there is nothing to embed. */
export function vectorsText({ files, models }: { readonly files: number; readonly models: Readonly<Record<string, number>> }): string {
  if (files === 0) return '';
  const all = Object.entries(models).sort(([, a], [, b]) => b - a).map(([id, count]) => `vectors of ${count === files ? '' : `${count.toLocaleString('en-US')} of `}${plural(files, 'file')} by ${id}`);
  return all.length === 0 ? 'no vectors' : all.join(', ');
}

/** What vectors are missing and why; empty where all are there. */
function vectorsSentence({ pendingVectors, vectorsFailure }: IndexSummary): string {
  if (vectorsFailure === null) return '';
  return `\n  ${pendingVectors === 0 ? 'no vectors were made' : `${plural(pendingVectors, 'file')} await vectors`}: ${vectorsFailure}`;
}

/** One line about work that goes on. */
export function progressSentence(progress: Progress): string {
  switch (progress.kind) {
    case 'scan':
      return `${progress.repository}: ${plural(progress.files, 'file')} found`;
    case 'text':
      return `${progress.repository}: text of ${progress.done.toLocaleString('en-US')} of ${plural(progress.total, 'file')}`;
    case 'symbols':
      return `${progress.repository}: symbols of ${progress.done.toLocaleString('en-US')} of ${plural(progress.total, 'file')}`;
    case 'vectors':
      return `${progress.repository}: vectors of ${progress.done.toLocaleString('en-US')} of ${plural(progress.total, 'file')}`;
    case 'clone':
      return `${progress.repository}: ${progress.text}`;
    case 'done':
      return summarySentence(progress.summary);
  }
}
