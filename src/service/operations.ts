/** The table of operations: every face is made from it. */
import type { Operation } from './operation.ts';
import { backupOperation, listBackupsOperation, restoreOperation } from './operations/backup.ts';
import { doctorOperation } from './operations/doctor.ts';
import { indexOperation } from './operations/index.ts';
import { cancelJobOperation, listJobsOperation, replayJobOperation, showJobOperation } from './operations/jobs.ts';
import { migrateStoreOperation } from './operations/migrate-store.ts';
import { readOperation } from './operations/read.ts';
import { rekeyOperation } from './operations/rekey.ts';
import { addOperation, cleanupOperation, listOperation, reindexOperation, removeOperation, updateOperation } from './operations/repositories.ts';
import { searchOperation } from './operations/search.ts';
import { secretsOperation } from './operations/secrets.ts';
import { similarOperation } from './operations/similar.ts';
import { skippedOperation } from './operations/skipped.ts';
import { statusOperation } from './operations/status.ts';
import { symbolOperation } from './operations/symbol.ts';
import { auditOperation, createTokenOperation, listTokensOperation, revokeTokenOperation } from './operations/tokens.ts';
import { uploadOperation } from './operations/upload.ts';
import { watchOperation } from './operations/watch.ts';

// The table holds operations of many inputs and outputs; each keeps its own types.
export type AnyOperation = Operation<any, any>;

export const OPERATIONS: {
  readonly search: typeof searchOperation;
  readonly symbol: typeof symbolOperation;
  readonly read: typeof readOperation;
  readonly similar: typeof similarOperation;
  readonly status: typeof statusOperation;
  readonly index: typeof indexOperation;
  readonly watch: typeof watchOperation;
  readonly list: typeof listOperation;
  readonly skipped: typeof skippedOperation;
  readonly add: typeof addOperation;
  readonly update: typeof updateOperation;
  readonly remove: typeof removeOperation;
  readonly cleanup: typeof cleanupOperation;
  readonly reindex: typeof reindexOperation;
  readonly upload: typeof uploadOperation;
  readonly listJobs: typeof listJobsOperation;
  readonly showJob: typeof showJobOperation;
  readonly cancelJob: typeof cancelJobOperation;
  readonly replayJob: typeof replayJobOperation;
  readonly secrets: typeof secretsOperation;
  readonly doctor: typeof doctorOperation;
  readonly createToken: typeof createTokenOperation;
  readonly listTokens: typeof listTokensOperation;
  readonly revokeToken: typeof revokeTokenOperation;
  readonly audit: typeof auditOperation;
  readonly backup: typeof backupOperation;
  readonly listBackups: typeof listBackupsOperation;
  readonly restore: typeof restoreOperation;
  readonly rekey: typeof rekeyOperation;
  readonly migrateStore: typeof migrateStoreOperation;
} = {
  search: searchOperation,
  symbol: symbolOperation,
  read: readOperation,
  similar: similarOperation,
  status: statusOperation,
  index: indexOperation,
  watch: watchOperation,
  list: listOperation,
  skipped: skippedOperation,
  add: addOperation,
  update: updateOperation,
  remove: removeOperation,
  cleanup: cleanupOperation,
  reindex: reindexOperation,
  upload: uploadOperation,
  listJobs: listJobsOperation,
  showJob: showJobOperation,
  cancelJob: cancelJobOperation,
  replayJob: replayJobOperation,
  secrets: secretsOperation,
  doctor: doctorOperation,
  createToken: createTokenOperation,
  listTokens: listTokensOperation,
  revokeToken: revokeTokenOperation,
  audit: auditOperation,
  backup: backupOperation,
  listBackups: listBackupsOperation,
  restore: restoreOperation,
  rekey: rekeyOperation,
  migrateStore: migrateStoreOperation,
};
