import { asCodeIndexError, throwIfAborted, type CodeIndexError } from '../../base/mod.ts';
import type { IndexSummary } from '../../domain/mod.ts';
import { addAndIndex } from '../indexing.ts';
import type { Operation } from '../operation.ts';

export interface IndexInput {
  readonly targets: readonly string[];
  readonly name?: string;
  readonly branch?: readonly string[];
  readonly noVectors?: boolean;
}

export interface IndexAnswer {
  readonly repositories: readonly IndexSummary[];
  /** Targets that failed; the others are indexed all the same. */
  readonly failed: readonly { readonly target: string; readonly error: ReturnType<CodeIndexError['toJSON']>['error'] }[];
}

export const indexOperation: Operation<IndexInput, IndexAnswer> = {
  name: 'index',
  title: 'Index',
  text: 'Registers folders or git URLs that are new, and indexes what changed. Safe to repeat and to stop.',
  effect: 'write',
  fields: {
    targets: { kind: 'texts', position: 'rest', text: 'folders or git URLs; default: the working directory' },
    name: { kind: 'text', text: 'what to call a new repository; default: the folder' },
    branch: { kind: 'texts', text: 'branch to index beside the working tree; may be repeated' },
    noVectors: { kind: 'flag', flag: 'no-vectors', only: 'command', text: 'make no vectors: words and symbols alone' },
  },
  async run(service, input, call) {
    const done: IndexSummary[] = [];
    const failed: { target: string; error: ReturnType<CodeIndexError['toJSON']>['error'] }[] = [];
    for (const target of input.targets) {
      try {
        done.push(...(await addAndIndex(service, target, input, call, input.noVectors === true ? { vectors: 'none' } : {})));
      } catch (error) {
        throwIfAborted(call.signal);
        if (input.targets.length === 1) throw error;
        failed.push({ target, error: asCodeIndexError(error, `Indexing ${target}`).toJSON().error });
      }
    }
    return { repositories: done, failed };
  },
};
