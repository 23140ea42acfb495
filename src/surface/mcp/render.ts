/** Answers as text for a model: numbered lines, the enclosing signature, neighbours, and the handle of the next page. */
import type { Answer, Job, Result, SymbolHead } from '../../domain/mod.ts';
import type { OutlineItem, ReadAnswer, SymbolResult } from '../../search/mod.ts';
import {
  bytes, coverageSentence, elsewhereSentence, indexedSentences, jobSentence, repositoryParts, freshnessSentence, branchesOf, nearbySentence, noneSentence, pathText, plural, vectorsText,
  type IndexedAnswer, type RemovedAnswer, type RepositoryLine, type StatusAnswer,
} from '../../service/mod.ts';
import { inOneLine } from './one-line.ts';
import type { Tool } from './tools.ts';

export function renderText(tool: Tool, answer: unknown, activity: readonly string[]): string {
  const { job, jobs = job === undefined ? [] : [job] } = answer as { readonly job?: Job; readonly jobs?: readonly Job[] };
  if (jobs.length > 0) return renderJobs(jobs, answer as Partial<IndexedAnswer>);
  switch (tool.operation.name) {
    case 'search':
    case 'symbol':
    case 'similar':
      return renderAnswer(answer as Answer, activity);
    case 'read':
      return renderRead(answer as ReadAnswer);
    case 'status':
      return renderStatus(answer as StatusAnswer);
    case 'repos list':
      return renderList((answer as { repositories: readonly RepositoryLine[] }).repositories);
    case 'repos remove':
    case 'repos gc': {
      const { removed } = answer as RemovedAnswer;
      return removed.length === 0 ? 'Nothing had to be removed.' : `Removed ${removed.join(', ')}.`;
    }
    default:
      return indexedSentences(answer as IndexedAnswer).join('\n');
  }
}

/** What ended is told by its summaries, what goes on by its jobs. */
function renderJobs(jobs: readonly Job[], { repositories = [] }: Partial<IndexedAnswer>): string {
  const going = jobs.some(({ state }) => state === 'queued' || state === 'running');
  return [...indexedSentences({ repositories }), ...jobs.map((one) => `${jobSentence(one)}.`), ...(going ? ['It goes on without you; get_status shows how far it is.'] : [])].join('\n');
}

function renderAnswer(answer: Answer, activity: readonly string[]): string {
  const several = answer.coverage.repositories.length > 1;
  const count = answer.total.exact ? plural(answer.total.value, 'result') : `at least ${plural(answer.total.value, 'result')}`;
  const none = noneSentence(answer.coverage).replace('no', 'No');
  const head = [
    `${answer.total.value === 0 && answer.total.exact ? none : count} (${answer.mode})${answer.results.length < answer.total.value ? `, ${answer.results.length} shown` : ''}`,
    coverageSentence(answer.coverage), freshnessSentence(answer.freshness), ...activity.map((one) => `indexing: ${one}`),
  ];
  const lines = [head.filter((part) => part !== '').join(' · ')];
  lines.push(...answer.notes);
  const nearby = nearbySentence(answer);
  if (nearby !== '') lines.push(nearby);
  const branches = branchesOf(answer.results);
  let file = '';
  let said = '';
  for (const result of answer.results) {
    const place = pathText(`${several ? `${result.repository}:` : ''}${result.path}`) + (branches.has(result.repository) ? `@${inOneLine(result.branch ?? 'detached')}` : '');
    const about = aboutOf(result);
    // Lines of one file stand under its heading; where the symbol or the evidence changes, that is said anew.
    if (result.kind !== 'line' || place !== file) lines.push('', [headingOf(result, place), about].filter((part) => part !== '').join('  '));
    else if (about !== said) lines.push(`  ${about === '' ? 'outside of symbols' : about}`);
    lines.push(...aroundLines(result), ...numberedLines(result), ...cutLines(result));
    file = result.kind === 'line' ? place : '';
    said = about;
  }
  if (answer.nextCursor !== null) lines.push('', `more: cursor ${answer.nextCursor}`);
  return lines.join('\n');
}

/** Heads around that the heading does not give, the outline beside it, and where the code stands too. */
function aroundLines(result: Result): readonly string[] {
  const { enclosing = [], neighbours = [], symbol, startLine } = result;
  const heads = enclosing.filter(({ name, signature }) => name !== symbol?.name || signature !== symbol.signature);
  const beside = (side: readonly SymbolHead[]): string => side.map((one) => `${inOneLine(one.name)} ${rangeText(one.startLine, one.endLine)}`).join(', ');
  const before = beside(neighbours.filter((one) => one.startLine < startLine));
  const after = beside(neighbours.filter((one) => one.startLine >= startLine));
  const around = [...heads.map((one) => `in ${rangeText(one.startLine, one.endLine)} ${headText(one)}`), before === '' ? '' : `before: ${before}`, after === '' ? '' : `after: ${after}`].filter((part) => part !== '');
  const also = elsewhereSentence(result);
  return [
    ...(around.length === 0 ? [] : [`  ${around.join(' · ')}`]),
    ...(also === '' ? [] : [`  ${also}`]),
  ];
}

function rangeText(from: number, to: number): string {
  return to > from ? `${from}-${to}` : String(from);
}

/** What was cut off, so that it can be read by its lines. */
function cutLines({ whole, kind, startLine, endLine, snippet }: Result): readonly string[] {
  const last = startLine + numberedLines({ snippet, startLine }).length - 1;
  const from = whole?.startLine ?? startLine;
  const to = whole?.endLine ?? (kind === 'symbol' ? endLine : last);
  const left = [...(from < startLine ? [rangeText(from, startLine - 1)] : []), ...(to > last ? [rangeText(last + 1, to)] : [])];
  return left.length === 0 ? [] : [`… ${left.length === 1 && !left[0]?.includes('-') ? 'line' : 'lines'} ${left.join(' and ')} left out`];
}

function headingOf(result: Result, place: string): string {
  return result.kind === 'line' ? place : `${place}:${result.startLine}${result.endLine > result.startLine ? `-${result.endLine}` : ''}`;
}

/** The symbol around, how an edge is known, and whether the file changed. */
function aboutOf(result: Result): string {
  const { relation, tier, method } = result as Partial<SymbolResult>;
  const edge = relation === undefined || relation === 'definition' ? '' : `${relation}, ${tier}: ${method}`;
  const stale = result.freshness === 'fresh' ? '' : result.freshness;
  return [result.symbol === null ? '' : signatureOf(result.symbol, result.enclosing), edge, stale].filter((part) => part !== '').join('  ');
}

function signatureOf(symbol: NonNullable<Result['symbol']>, enclosing: readonly SymbolHead[] = []): string {
  // A head around that is told in full need not be named before it.
  const within = symbol.container === null || enclosing.some(({ name }) => name === symbol.container) ? '' : `in ${inOneLine(symbol.container)}: `;
  return `${within}${headText(symbol)}`;
}

function headText({ signature, kind, name }: Pick<SymbolHead, 'signature' | 'kind' | 'name'>): string {
  const head = inOneLine((signature ?? `${kind} ${name}`).replaceAll(/\s+/g, ' '));
  return head.length <= 200 ? head : `${head.slice(0, 199)}…`;
}

function numberedLines(result: Pick<Result, 'snippet' | 'startLine'>): readonly string[] {
  return result.snippet.replace(/\r?\n$/, '').split(/\r?\n/).map((text, index) => `${result.startLine + index}\t${inOneLine(text)}`);
}

function renderRead(answer: ReadAnswer): string {
  if (answer.map.length > 0) return answer.map.map((file) => [pathText(file.path), ...outlineLines(file.symbols, 1)].join('\n')).join('\n');
  const head = [
    `${answer.repository}:${pathText(answer.path ?? '')}`,
    answer.text === '' ? plural(answer.outline.length, 'symbol') : `lines ${answer.startLine}-${answer.endLine} of ${answer.totalLines}`,
    answer.enclosing === null ? '' : `in ${inOneLine((answer.enclosing.signature ?? answer.enclosing.name).replaceAll(/\s+/g, ' ')).slice(0, 200)}`,
    freshnessSentence(answer.freshness), answer.fileFreshness === 'stale' ? 'stale: the file changed on disk after it was indexed' : '',
  ].filter((part) => part !== '').join(' · ');
  if (answer.text === '') return [head, ...outlineLines(answer.outline, 0)].join('\n');
  const more = answer.truncated ? [`… cut; go on with start_line ${answer.endLine + 1}`] : [];
  const neighbours = answer.outline.length === 0 ? [] : ['', 'neighbours:', ...outlineLines(answer.outline, 0)];
  return [head, ...numberedLines({ snippet: answer.text, startLine: answer.startLine }), ...more, ...neighbours].join('\n');
}

function outlineLines(items: readonly OutlineItem[], depth: number): readonly string[] {
  return items.map((item) => {
    const signature = inOneLine((item.signature ?? item.name).replaceAll(/\s+/g, ' ')).slice(0, 160);
    return `${'  '.repeat(depth + item.depth)}${item.startLine}-${item.endLine} ${signature === item.name ? `${item.kind} ` : ''}${signature}`;
  });
}

function renderStatus(answer: StatusAnswer): string {
  const lines = [`code-index ${answer.version} · database ${bytes(answer.databaseBytes)} · searched by default: ${answer.workspace.length === 0 ? 'all repositories' : answer.workspace.join(', ')}`];
  for (const one of answer.activity) lines.push(`indexing: ${one}`);
  if (answer.embedding.lastFailure !== null) lines.push(`vectors could not be made on ${answer.embedding.lastFailure.time}: ${answer.embedding.lastFailure.message}`);
  if (answer.repositories.length === 0) lines.push('Nothing is indexed yet.');
  for (const one of answer.repositories) {
    const languages = Object.entries(one.languages).sort(([, a], [, b]) => b.files - a.files).slice(0, 6).map(([name, { files }]) => `${name} ${files}`);
    const origin = one.url ?? one.root;
    lines.push(`${one.name}${origin === '' ? '' : ` (${origin})`}: ${plural(one.files, 'file')}, ${plural(one.symbols, 'symbol')}, ${[vectorsText(one.vectors), ...languages].filter((part) => part !== '').join(', ')}`);
    for (const view of one.views) {
      const pending = [view.pendingFiles > 0 ? `${view.pendingFiles} files pending` : '', view.pendingSymbols > 0 ? `symbols of ${view.pendingSymbols} files pending` : ''];
      const left = Object.entries(view.skipped).map(([reason, count]) => `${count} ${reason.replaceAll('_', ' ')}`).join(', ');
      lines.push(`  ${[`${view.kind} ${view.branch ?? (view.commit === null ? 'no git' : 'detached')}${view.commit === null ? '' : ` at ${view.commit.slice(0, 9)}`}`, left === '' ? '' : `left out: ${left}`, ...pending, `indexed ${view.indexedAt ?? 'never completely'}`].filter((part) => part !== '').join(' · ')}`);
    }
  }
  return lines.join('\n');
}

function renderList(repositories: readonly RepositoryLine[]): string {
  if (repositories.length === 0) return 'Nothing is indexed yet.';
  return repositories.map((one) => inOneLine(`${one.name}: ${repositoryParts(one).join(' · ')}`)).join('\n');
}
