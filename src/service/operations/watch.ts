import type { IndexSummary } from '../../domain/mod.ts';
import type { Operation } from '../operation.ts';

export interface WatchInput {
  readonly targets: readonly string[];
  readonly name?: string;
  readonly branch?: readonly string[];
  readonly noVectors?: boolean;
}

export interface WatchAnswer {
  /** The last index of each watched folder. */
  readonly repositories: readonly IndexSummary[];
}

export const watchOperation: Operation<WatchInput, WatchAnswer> = {
  name: 'watch',
  title: 'Watch',
  text: 'Indexes folders, and then every change in them as it is saved, until it is stopped.',
  effect: 'write',
  fields: {
    targets: { kind: 'texts', position: 'rest', text: 'folders; default: the working directory' },
    name: { kind: 'text', text: 'what to call a new repository; default: the folder' },
    branch: { kind: 'texts', text: 'branch to index beside the working tree; may be repeated' },
    noVectors: { kind: 'flag', flag: 'no-vectors', only: 'command', text: 'make no vectors: words and symbols alone' },
  },
  async run(service, input, call) {
    const { watchTargets } = await import('../watching.ts');
    return watchTargets(service, input, call);
  },
};
