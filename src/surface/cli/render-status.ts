import { bytes, pathText, plural, vectorsText, type StatusAnswer } from '../../service/mod.ts';
import type { Paint } from './terminal.ts';

type RepositoryStatus = StatusAnswer['repositories'][number];

export function statusLines(answer: StatusAnswer, paint: Paint): readonly string[] {
  if (answer.skipped !== undefined) {
    const textOnly = answer.skipped.filter(({ kept }) => kept === 'text').length;
    return [
      ...answer.skipped.map((one) => `${paint.dim((one.kept === 'text' ? `text: ${one.reason}` : one.reason).replaceAll('_', ' ').padEnd(18))} ${paint.path(pathText(answer.repositories.length > 1 ? `${one.repository}/${one.path}` : one.path))} ${paint.dim(bytes(one.size))}`),
      paint.dim(`${plural(answer.skipped.length - textOnly, 'file')} left out${textOnly === 0 ? '' : `, ${textOnly.toLocaleString('en-US')} searched as text only`}`),
    ];
  }
  const head = `code-index ${answer.version} · ${answer.dataDir} · database ${bytes(answer.databaseBytes)}`;
  if (answer.repositories.length === 0) return [head, 'Nothing is indexed yet: run `code-index index <path>`.'];
  const { lastFailure } = answer.embedding;
  const failure = lastFailure === null ? [] : [paint.bad(`Vectors could not be made on ${lastFailure.time}: ${lastFailure.message}`)];
  return [head, ...answer.activity, ...failure, ...answer.repositories.flatMap((one) => ['', ...repositoryLines(one, answer, paint)])];
}

function repositoryLines(one: RepositoryStatus, answer: StatusAnswer, paint: Paint): readonly string[] {
  const here = answer.workspace.includes(one.name) ? paint.good(' (searched from here)') : '';
  const languages = Object.entries(one.languages).sort(([, a], [, b]) => b.files - a.files).slice(0, 8);
  return [
    `${paint.bold(one.name)}${here}  ${one.url ?? one.root}`,
    `  ${plural(one.files, 'file')}, ${bytes(one.sourceBytes)}, ${plural(one.symbols, 'symbol')}, ${plural(one.occurrences, 'reference')}`,
    ...(languages.length === 0 ? [] : [`  ${languages.map(([name, { files }]) => `${name} ${files.toLocaleString('en-US')}`).join(', ')}`]),
    ...(one.secrets === 0 ? [] : [`  ${plural(one.secrets, 'secret')} masked`]),
    ...(vectorsText(one.vectors) === '' ? [] : [`  ${vectorsText(one.vectors)}`]),
    ...(one.expiresAt === null ? [] : [`  kept until ${one.expiresAt}`]),
    ...one.views.map((view) => `  ${viewText(view)}`),
  ];
}

function viewText(view: RepositoryStatus['views'][number]): string {
  const name = view.branch ?? (view.commit === null ? 'no git' : 'detached');
  const skipped = Object.entries(view.skipped).map(([reason, count]) => `${count.toLocaleString('en-US')} ${reason.replaceAll('_', ' ')}`);
  return [
    `${view.kind} ${name}${view.commit === null ? '' : ` at ${view.commit.slice(0, 9)}`}`,
    plural(view.files, 'file'),
    skipped.length === 0 ? '' : `left out: ${skipped.join(', ')}`,
    view.pendingFiles > 0 ? `${plural(view.pendingFiles, 'file')} pending` : '',
    view.pendingSymbols > 0 ? `symbols of ${plural(view.pendingSymbols, 'file')} pending` : '',
    view.indexedAt === null ? 'never completed' : `indexed ${view.indexedAt}`,
  ].filter((part) => part !== '').join(' · ');
}
