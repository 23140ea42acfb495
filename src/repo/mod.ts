/**
 * repo: "Which files exist, and what changed?"
 *
 * Invariants: nothing is written into a user's repository; nothing that a repository configures or contains is executed;
 * no link is followed out of the root; git itself decides what git ignores; a file that is left out has a reason.
 */
export { contains, openLocation, repositoryNameOf, type Location } from './location.ts';
export { headOf, type Head } from './head.ts';
export { listFiles } from './list.ts';
export type { FoundFile } from './found.ts';
