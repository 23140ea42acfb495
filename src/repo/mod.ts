/**
 * repo: "Which files exist, and what changed?"
 *
 * Invariants: nothing is written but clones that this program made; nothing that a repository configures or contains is
 * executed; no link is followed out of the root; git itself decides what git ignores; a file that is left out has a reason.
 */
export { contains, openLocation, repositoryNameOf, type Location } from './location.ts';
export { headOf, type Head } from './head.ts';
export { listFiles } from './list.ts';
export type { FoundFile } from './found.ts';
export { branches, listCommit, resolveBranch, type Branch } from './commits.ts';
export { OWN_FILE, ownVerdicts } from './own-rules.ts';
export { openBlobReader, type BlobReader } from './blob-reader.ts';
export { checkFresh, readFileInside } from './inside.ts';
export { hasCredentials, isRepositoryUrl, requireBranchName, withoutCredentials, type Transport } from './urls.ts';
export type { HostRules } from './hosts.ts';
export { checkUrl, cloneRepository, updateClone, type CloneOptions, type FetchOptions } from './clone.ts';
export { unpackArchive, type Unpacked } from './archive.ts';
export { watchFiles, type Batch, type WatchOptions } from './watch.ts';
