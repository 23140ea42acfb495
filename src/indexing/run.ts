import type { Pool } from '../code/mod.ts';
import type { Progress, Repository, View } from '../domain/mod.ts';
import type { Location } from '../repo/mod.ts';
import type { Store } from '../store/mod.ts';

/** One run over one view: what its phases share. */
export interface Run {
  readonly store: Store;
  readonly pool: Pool;
  readonly repository: Repository;
  readonly view: View;
  readonly location: Location;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((progress: Progress) => void) | undefined;
  readonly counts: { skipped: number; textOnly: number; bytes: number; problems: number };
}
