import type { StoreStatistics } from '../ports.ts';

/** What the process that copies is asked for. Keys are as the cipher takes them, in base64; null is unencrypted. */
export interface CopyTask {
  /** `live`: others may read and write it meanwhile. `still`: nobody writes it. */
  readonly source: 'live' | 'still';
  readonly file: string;
  readonly dataDir: string;
  readonly key: string | null;
  readonly to: string;
  /** The copy is encrypted with this; absent: as the source. */
  readonly newKey?: string | null;
  /** Bring an old format up to date in the copy. */
  readonly update?: true;
  /** Digest that the bytes of a `still` source must have. */
  readonly sha256?: string;
}

export interface CopyDone {
  readonly bytes: number;
  readonly sha256: string;
  readonly format: number;
  readonly statistics: StoreStatistics;
}

/** Messages of that process. */
export type CopyMessage =
  | { readonly kind: 'progress'; readonly done: number; readonly total: number }
  | { readonly kind: 'done'; readonly done: CopyDone }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string; readonly fix: string };
