import { asCodeIndexError } from '../../base/mod.ts';
import { INDEX } from '../doctor/index.ts';
import { MACHINE } from '../doctor/machine.ts';
import type { Probe } from '../doctor/probe.ts';
import { SERVER } from '../doctor/server.ts';
import type { Operation } from '../operation.ts';
import type { Service } from '../service.ts';

export interface DoctorCheck {
  readonly name: string;
  readonly ok: boolean;
  /** What was found. */
  readonly found: string;
  /** How to mend it, or what might be done; empty where nothing is to be done. */
  readonly fix: string;
}

export interface DoctorAnswer {
  readonly version: string;
  readonly ok: boolean;
  readonly checks: readonly DoctorCheck[];
}

const PROBES: readonly Probe[] = [...MACHINE, ...SERVER, ...INDEX];

export const doctorOperation: Operation<Record<string, never>, DoctorAnswer> = {
  name: 'doctor',
  title: 'Doctor',
  text: 'Checks what the program stands on: Node, git, folders and disk, settings and secrets, the soundness of the database, threads, the model of meaning, backups and what killed runs left.',
  effect: 'read',
  fields: {},
  async run(service) {
    const checks: DoctorCheck[] = [];
    for (const probe of PROBES) checks.push(await check(service, probe));
    return { version: service.settings.version, ok: checks.every(({ ok }) => ok), checks };
  },
};

async function check(service: Service, { name, fix, run }: Probe): Promise<DoctorCheck> {
  try {
    const found = await run(service);
    return { name, ok: true, fix: '', ...(typeof found === 'string' ? { found } : found) };
  } catch (error) {
    const known = asCodeIndexError(error, `The check of ${name}`);
    return { name, ok: false, found: known.code === 'internal' ? `${(error as Error).message.replace(/\.$/, '')}.` : known.message, fix: known.code === 'internal' ? fix : known.fix };
  }
}
