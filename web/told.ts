/** What an answer says of itself: how many, how fresh, what was searched and what was not. */
import { count, counted, h, when, type Child } from './dom.ts';
import { link } from './link.ts';
import type { Answer, AnswerFreshness, Coverage } from './types.ts';

const HOW: Readonly<Record<string, string>> = {
  text: 'exact text', regex: 'regular expression', symbol: 'symbols first', semantic: 'ranked by meaning', hybrid: 'ranked by words, symbols and meaning', similar: 'similar code',
};

export function totalOf({ total, mode, tookMs }: Answer): string {
  const number = total.exact ? counted(total.value, 'result') : `about ${counted(total.value, 'result')}`;
  return `${number} · ${HOW[mode] ?? mode} · ${tookMs < 10 ? tookMs.toFixed(1) : Math.round(tookMs)} ms`;
}

/** Sentences for the foot of results, and for an answer without any. */
export function coverageOf(coverage: Coverage, freshness: AnswerFreshness): readonly HTMLElement[] {
  const { repositories } = coverage;
  const named = repositories.length <= 3 ? repositories.join(', ') : `${counted(repositories.length, 'repository', 'repositories')}`;
  const skipped = Object.entries(coverage.skippedBecause).sort((a, b) => b[1] - a[1]).map(([reason, number]) => `${count(number)} ${reason.replaceAll('_', ' ')}`);
  const searched: Child[] = [`Searched ${counted(coverage.filesSearched, 'file')}${named === '' ? '' : ` in ${named}`}`];
  if (freshness.indexedAt !== null) searched.push(', indexed ', when(freshness.indexedAt));
  if (freshness.indexedCommit !== null) searched.push(' at ', h('code', {}, freshness.indexedCommit.slice(0, 9)));
  searched.push('.');
  return [
    h('p', {}, ...searched),
    coverage.filesSkipped > 0 ? h('p', {}, `Not searched: ${counted(coverage.filesSkipped, 'file')}${skipped.length === 0 ? '' : ` (${skipped.join(', ')})`} – `, link({ view: 'repositories' }, {}, 'which'), '.') : null,
    ...behind(freshness),
  ].filter((one) => one !== null);
}

/** What makes an answer older or less than the code is. */
export function behind(freshness: AnswerFreshness): readonly HTMLElement[] {
  const told: string[] = [];
  if (freshness.headCommit !== null && freshness.indexedCommit !== null && freshness.headCommit !== freshness.indexedCommit) {
    told.push(`The repository is at ${freshness.headCommit.slice(0, 9)}, the index at ${freshness.indexedCommit.slice(0, 9)}.`);
  }
  if (freshness.pendingFiles > 0) told.push(`${counted(freshness.pendingFiles, 'file')} not indexed yet.`);
  if (freshness.pendingSymbols > 0) told.push(`${counted(freshness.pendingSymbols, 'file')} without symbols yet: names defined there are found as text only.`);
  return told.map((sentence) => h('p', { class: 'behind' }, sentence));
}
