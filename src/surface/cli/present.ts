import type { Answer } from '../../domain/mod.ts';
import {
  indexedSentences, jobSentence, repositoryParts,
  type AuditAnswer, type BackupAnswer, type BackupsAnswer, type CreatedTokenAnswer, type DoctorAnswer, type IndexAnswer, type IndexedAnswer, type JobAnswer, type JobsAnswer, type MigrateStoreAnswer, type RekeyAnswer, type RemovedAnswer, type RepositoryLine, type RestoreAnswer, type RevokedTokenAnswer, type SecretsAnswer, type StatusAnswer, type TokensAnswer,
} from '../../service/mod.ts';
import type { ReadAnswer } from '../../search/mod.ts';
import type { Command } from './command.ts';
import { EXIT } from './exit.ts';
import { auditLines, createdTokenLines, revokedLine, tokenLines } from './render-tokens.ts';
import { backupLines, backupListLines, migratedLines, rekeyLines, restoreLines } from './render-backups.ts';
import { searchLines } from './render-answer.ts';
import { readLines } from './render-read.ts';
import { secretLines } from './render-secrets.ts';
import { statusLines } from './render-status.ts';
import { COLOURS, PLAIN, type Paint, type Terminal } from './terminal.ts';

type Present = (answer: never, paint: Paint, terminal: Terminal) => readonly string[];

/** How each command's answer looks to a person. */
const LINES: Readonly<Record<string, Present>> = {
  search: (answer: Answer, paint, terminal) => searchLines(answer, paint, terminal),
  symbol: (answer: Answer, paint, terminal) => searchLines(answer, paint, terminal),
  similar: (answer: Answer, paint, terminal) => searchLines(answer, paint, terminal),
  read: (answer: ReadAnswer, paint, terminal) => readLines(answer, paint, terminal),
  outline: (answer: ReadAnswer, paint, terminal) => readLines(answer, paint, terminal),
  map: (answer: ReadAnswer, paint, terminal) => readLines(answer, paint, terminal),
  index: (answer: IndexAnswer, paint) => [...indexedLines(answer), ...(answer.failed ?? []).map(({ target, error }) => `${paint.bad('failed')} ${target}: ${error.message} ${error.fix}`)],
  watch: indexedLines,
  reindex: indexedLines,
  'repos add': indexedLines,
  'repos update': indexedLines,
  'repos upload': indexedLines,
  'repos list': (answer: { repositories: readonly RepositoryLine[] }, paint) => listLines(answer.repositories, paint),
  'repos remove': removedLines,
  'repos gc': removedLines,
  'jobs list': ({ jobs }: JobsAnswer) => (jobs.length === 0 ? ['No server has queued anything yet.'] : jobs.map(jobSentence)),
  'jobs show': ({ job }: JobAnswer) => [jobSentence(job)],
  'jobs cancel': ({ job }: JobAnswer) => [jobSentence(job)],
  'jobs replay': ({ job }: JobAnswer) => [jobSentence(job)],
  status: (answer: StatusAnswer, paint) => statusLines(answer, paint),
  'tokens create': (answer: CreatedTokenAnswer, paint) => createdTokenLines(answer, paint),
  'tokens list': (answer: TokensAnswer, paint) => tokenLines(answer, paint),
  'tokens revoke': (answer: RevokedTokenAnswer) => [revokedLine(answer)],
  audit: (answer: AuditAnswer, paint) => auditLines(answer.entries, paint),
  backup: (answer: BackupAnswer, paint) => backupLines(answer, paint),
  'backup list': (answer: BackupsAnswer, paint) => backupListLines(answer, paint),
  restore: (answer: RestoreAnswer, paint) => restoreLines(answer, paint),
  rekey: (answer: RekeyAnswer) => rekeyLines(answer),
  'migrate-store': (answer: MigrateStoreAnswer, paint) => migratedLines(answer, paint),
  secrets: (answer: SecretsAnswer, paint) => secretLines(answer, paint),
  doctor: (answer: DoctorAnswer, paint) => doctorLines(answer, paint),
};

/** Writes the answer and gives the exit code that it means. */
export async function present(command: Command, answer: unknown, terminal: Terminal): Promise<number> {
  if (terminal.json) terminal.stdout.write(`${JSON.stringify(answer)}\n`);
  else {
    const lines = LINES[command.name]?.(answer as never, terminal.colour ? COLOURS : PLAIN, terminal) ?? [];
    const shown = terminal.quiet && command.streams === true ? [] : lines;
    if (shown.length > 0) terminal.stdout.write(`${shown.join('\n')}\n`);
  }
  return exitCodeOfAnswer(answer);
}

function exitCodeOfAnswer(answer: unknown): number {
  if ((answer as Partial<IndexAnswer>).failed?.length) return EXIT.partly;
  if ((answer as Partial<DoctorAnswer>).ok === false) return EXIT.fault;
  const coverage = (answer as Partial<Answer>).coverage;
  return coverage !== undefined && coverage.repositories.length === 0 ? EXIT.notIndexed : EXIT.answered;
}

function indexedLines(answer: IndexedAnswer): readonly string[] {
  return indexedSentences(answer);
}

function removedLines(answer: RemovedAnswer): readonly string[] {
  return [answer.removed.length === 0 ? 'Nothing had to be removed.' : `Removed ${answer.removed.join(', ')}.`];
}

function listLines(repositories: readonly RepositoryLine[], paint: Paint): readonly string[] {
  if (repositories.length === 0) return ['Nothing is indexed yet: run `code-index index <path>`.'];
  const width = Math.max(...repositories.map((one) => one.name.length));
  return repositories.map((one) => `${paint.path(one.name.padEnd(width))}  ${repositoryParts(one).join(paint.dim(' · '))}`);
}

function doctorLines(answer: DoctorAnswer, paint: Paint): readonly string[] {
  const width = Math.max(...answer.checks.map((one) => one.name.length));
  return [
    `code-index ${answer.version}`,
    ...answer.checks.map((one) => `${one.ok ? paint.good('ok  ') : paint.bad('BAD ')} ${one.name.padEnd(width)}  ${one.found}${one.fix === '' ? '' : ` ${one.fix}`}`),
  ];
}

