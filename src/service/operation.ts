import type { Progress } from '../domain/mod.ts';
import type { Fields } from './fields.ts';
import type { Service } from './service.ts';

/** What a face hands to every call beside the input. */
export interface Call {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** One sentence for the person or agent, beside the answer: what was done on the way. */
  readonly onNote?: (sentence: string) => void;
}

/** `read` changes nothing a user could miss; `write` changes what is indexed; `admin` removes or repairs. */
export type Effect = 'read' | 'write' | 'admin';

/** One thing the product can do. Faces are made from these records. */
export interface Operation<Input, Output> {
  readonly name: string;
  readonly title: string;
  /** One or two sentences: what it answers. */
  readonly text: string;
  readonly effect: Effect;
  readonly fields: Fields<Input>;
  run(service: Service, input: Input, call: Call): Promise<Output>;
}
