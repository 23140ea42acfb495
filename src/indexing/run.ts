import type { Pool } from '../code/mod.ts';
import type { Progress, Repository, View } from '../domain/mod.ts';
import type { EmbeddingModel } from '../embed/mod.ts';
import type { Location } from '../repo/mod.ts';
import type { Store } from '../store/mod.ts';
import type { AllowedSecrets } from './allowed-secrets.ts';

/** Who makes the vectors of a run. */
export interface Embedding {
  /** Opens the model at first need. Throws `unavailable` or `invalid_query` where that cannot be: the run goes on without. */
  model(): Promise<EmbeddingModel>;
  /** The file that threads open the same model from; null where it works in this thread (a network, a runtime of its own). */
  readonly threadFile: string | null;
}

/** Whether secrets are hidden in what is stored; once they were for a repository, they always are. */
export interface Masking {
  readonly wanted: boolean;
  readonly allowed: AllowedSecrets;
}

/** A run over what is stored: it reads no files. */
export type MeaningRun = Omit<Run, 'location' | 'masked'>;

/** One run over one view: what its phases share. */
export interface Run {
  readonly store: Store;
  readonly pool: Pool;
  readonly repository: Repository;
  readonly view: View;
  readonly location: Location;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((progress: Progress) => void) | undefined;
  /** Null: texts are stored as they are. */
  readonly masked: AllowedSecrets | null;
  readonly counts: { skipped: number; textOnly: number; bytes: number; problems: number; embedded: number };
}

/** The model of this run, opened; `threadFile` as in `Embedding`. */
export interface OpenedModel {
  readonly model: EmbeddingModel;
  readonly threadFile: string | null;
}
