import type { LogLevel } from '../base/mod.ts';

/** What the servers of one installation share: one process alone, or as many as reach one Redis. */
export interface Cluster extends AsyncDisposable {
  readonly counts: RateCounts;
  /** Null where there is nobody to share answers with. */
  readonly answers: SharedAnswers | null;
  /** Tells the other servers. False where they cannot be told: nobody is there, or Redis is not. */
  tell(news: News): Promise<boolean>;
  /** Hears what others tell, until what is given is disposed of. */
  hear(listener: (heard: Heard) => void): Disposable;
  /** One word about what is shared, or what is wrong with it, thrown. */
  check(): Promise<string>;
}

export type News =
  /** Something was indexed or removed: what was decided about models is decided anew. */
  | { readonly kind: 'indexed' }
  /** Somebody wants the settings to be read again. */
  | { readonly kind: 'settings' }
  | { readonly kind: 'log_level'; readonly level: LogLevel }
  /** The client of a call took it back; `call` is a digest of whose call it is and of its id. */
  | { readonly kind: 'cancelled'; readonly call: string };

/** `missed`: what others told in the meantime may be lost, so whatever rests on it is to be forgotten. */
export type Heard = News | { readonly kind: 'missed' };

/** Where counts of rate limits are kept. */
export interface RateCounts {
  /** Takes one of `count` that come back evenly within `millis`; `peek` only looks. Fails open: what it throws is logged. */
  take(key: string, rate: Rate, peek?: boolean): RateTaken | Promise<RateTaken>;
}

export interface Rate {
  readonly count: number;
  readonly millis: number;
}

export interface RateTaken {
  readonly taken: boolean;
  readonly left: number;
  /** Milliseconds until the next one can be taken; 0 where there is one. */
  readonly waitMillis: number;
}

/** Bytes by a key that says everything they rest on; whoever keeps them bounds their number and age. Neither throws. */
export interface SharedAnswers {
  /** Null where there is none, and where finding it out takes too long. */
  get(key: string): Promise<Buffer | null>;
  /** Keeps them for a while, or does not. */
  put(key: string, bytes: Buffer): void;
}
