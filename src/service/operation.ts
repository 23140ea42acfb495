import type { Progress } from '../domain/mod.ts';
import type { Effect } from './effect.ts';
import type { Fields } from './fields.ts';
import type { Service } from './service.ts';

/** What a face hands to every call beside the input. */
export interface Call {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** One sentence for the person or agent, beside the answer: what was done on the way. */
  /** Where the work is queued: milliseconds to wait for its end before the job itself is the answer; absent: until it ends. */
  readonly waitMillis?: number;
  readonly onNote?: (sentence: string) => void;
}

/** One thing the product can do. Faces are made from these records. */
export interface Operation<Input, Output> {
  readonly name: string;
  readonly title: string;
  /** One or two sentences: what it answers. */
  readonly text: string;
  readonly effect: Effect;
  /** It writes its line of the audit log itself, because the store is another one afterwards. */
  readonly keepsOwnRecord?: true;
  readonly fields: Fields<Input>;
  run(service: Service, input: Input, call: Call): Promise<Output>;
}
