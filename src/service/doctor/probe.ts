import type { Service } from '../service.ts';

/** What a probe found; `fix` where somebody may want to do something although nothing is broken. */
export interface Found {
  readonly found: string;
  readonly fix?: string;
}

/** Throws where something is wrong: the error's own `fix` mends it, or the one beside the probe. */
export interface Probe {
  readonly name: string;
  readonly fix: string;
  run(service: Service): Promise<string | Found>;
}
