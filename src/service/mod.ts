/**
 * service: the product as one object, and the table of what it can do.
 *
 * Invariants: reading is never gated; an operation either answers or throws a `CodeIndexError`; nothing here knows a
 * protocol, a terminal or an environment variable.
 */
export { answered, type Answered } from './answers.ts';
export { boundedSchema, camelCase, checkInput, fieldSchema, quote, snakeCase, type Field, type Fields } from './fields.ts';
export type { Effect } from './effect.ts';
export type { Call, Operation } from './operation.ts';
export { OPERATIONS, type AnyOperation } from './operations.ts';
export { openService, type Service, type ServerSettings, type ServiceSettings, type UrlRules } from './service.ts';
export { queueMasking } from './queue-masking.ts';
export { queueSymbols } from './queue-symbols.ts';
export { LOCAL, allows, requireRole, type Caller } from './caller.ts';
export { runOperation, type Face } from './run.ts';
export { indexedSentences, jobSentence, repositoryParts } from './job-sentences.ts';
export { branchesOf, bytes, coverageSentence, elsewhereSentence, freshnessSentence, nearbySentence, noneSentence, pathText, plural, progressSentence, seconds, summarySentence, vectorsText } from './sentences.ts';
export { jobFor, rootFor } from './places.ts';
export { indexFirst } from './first-use.ts';
export type { IndexAnswer } from './operations/index.ts';
export { TOKEN_PREFIX, WEB_TOKEN_NAME_CHARS, tokenDigest } from './tokens.ts';
export type { AuditAnswer, CreatedTokenAnswer, RevokedTokenAnswer, TokensAnswer } from './operations/tokens.ts';
export type { BackupAnswer, BackupLine, BackupsAnswer, RestoreAnswer } from './operations/backup.ts';
export { backupFolderOf, newestBackupTime } from './backups/mod.ts';
export type { RekeyAnswer } from './operations/rekey.ts';
export type { MigrateStoreAnswer } from './operations/migrate-store.ts';
export { keyInFile } from './key-file.ts';
export type { DoctorAnswer } from './operations/doctor.ts';
export type { IndexedAnswer, RemovedAnswer, RepositoryLine } from './operations/repositories.ts';
export type { JobAnswer, JobsAnswer } from './operations/jobs.ts';
export { doJob } from './jobs.ts';
export { tidyUp, Upkeep, type UpkeepRules } from './upkeep.ts';
export type { SecretLine, SecretsAnswer } from './operations/secrets.ts';
export type { SkippedFile, StatusAnswer } from './operations/status.ts';
