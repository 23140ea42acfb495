/** The compose file as Docker Compose itself understands it, and a copy of what it needs, made as an operator makes it. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './dockerfile.ts';

export interface ComposeService {
  readonly image?: string;
  readonly user?: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly command?: readonly string[] | null;
  readonly environment?: Readonly<Record<string, string | null>>;
  readonly networks?: Readonly<Record<string, { readonly ipv4_address?: string; readonly aliases?: readonly string[] } | null>>;
  readonly ports?: readonly { readonly target: number; readonly published: string; readonly host_ip?: string }[];
  readonly volumes?: readonly { readonly type: string; readonly source: string; readonly target: string; readonly read_only?: boolean }[];
  readonly secrets?: readonly { readonly source: string; readonly target?: string }[];
  readonly extra_hosts?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly restart?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly cap_add?: readonly string[];
  readonly privileged?: boolean;
  readonly security_opt?: readonly string[];
  readonly tmpfs?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly deploy?: { readonly resources?: { readonly limits?: { readonly memory?: string; readonly pids?: number } } };
}

export interface Compose {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean } | null>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

/** Copies what the deployment is made of; gives the folder, which stands for a fresh clone. */
export function copyDeployment(to: string): string {
  for (const name of ['deploy', 'docker-compose.production.yml']) cpSync(path.join(ROOT, name), path.join(to, name), { recursive: true, filter: (file) => !/\/deploy\/(?:tls|secrets)$/.test(file) });
  return to;
}

export function prepare(folder: string, ...words: readonly string[]): { readonly status: number | null; readonly said: string } {
  const { status, stdout, stderr } = spawnSync('deploy/prepare.sh', words, { cwd: folder, encoding: 'utf8' });
  return { status, said: stdout + stderr };
}

/** Throws what Compose complains of. `words` come before the command. */
export function readCompose(folder: string, ...words: readonly string[]): Compose {
  const text = execFileSync('docker-compose', [...words, 'config', '--format', 'json'], { cwd: folder, encoding: 'utf8', env: { PATH: process.env['PATH'], HOME: folder }, stdio: ['ignore', 'pipe', 'pipe'] });
  const { services, networks, volumes, secrets } = JSON.parse(text) as Compose;
  return { services, networks, volumes, secrets };
}

/** Lines NAME=value of a file. */
export function variablesOf(file: string): Record<string, string> {
  const pairs = [...readFileSync(file, 'utf8').matchAll(/^([A-Z0-9_]+)=(.*)$/gm)].map(([, name, value]) => [name as string, value as string]);
  return Object.fromEntries(pairs) as Record<string, string>;
}
