import { asCodeIndexError } from '../base/mod.ts';
import type { RepositoryId } from '../domain/mod.ts';
import type { EmbeddingModel } from './port.ts';

/** What a query may lean on beside words and symbols. */
export interface Meaning {
  /** The model whose vectors answer; null where there are none, or none that can be asked. */
  readonly model: EmbeddingModel | null;
  /** One sentence each, for the answer's notes: what is left out of it and why. */
  readonly notes: readonly string[];
}

/** Asked for only when an answer is ranked: a model that must be opened, or is down, delays no exact answer. */
export type AskMeaning = (repositories: readonly RepositoryId[]) => Promise<Meaning>;

/** The note of an answer that had to do without vectors. */
export function meaningLeftOut(thrown: unknown): string {
  const { message } = asCodeIndexError(thrown, 'Embedding the question');
  return `Meaning was left out: ${message.replace(/\.$/, '')}; results are by words and symbols alone.`;
}
