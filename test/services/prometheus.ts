/** A private, throw-away Prometheus for tests: the real program on a free port, with its files in a temporary folder. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from './ports.ts';

export interface PrometheusService extends AsyncDisposable {
  readonly url: string;
  /** What stands in `data` of an answer of its API; throws what it complains of. */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into it freely.
  ask(address: string): Promise<any>;
  /** The values of an expression now. */
  query(expression: string): Promise<readonly { readonly metric: Readonly<Record<string, string>>; readonly value: readonly [number, string] }[]>;
}

/** A start takes a second; one that takes this long has failed. */
const STARTING_MILLIS = 20_000;

/** Starts one over these files; `prometheus.yml` is its configuration, told the port that it answers on. */
export async function startPrometheus(files: (port: number) => Readonly<Record<string, string>>): Promise<PrometheusService> {
  const folder = mkdtempSync(path.join(tmpdir(), 'code-index-prometheus-'));
  const port = await freePort();
  for (const [name, text] of Object.entries(files(port))) writeFileSync(path.join(folder, name), text);
  const child = spawn('prometheus', [
    `--config.file=${path.join(folder, 'prometheus.yml')}`, `--storage.tsdb.path=${path.join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`, '--log.level=warn',
  ], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece: Buffer) => { said += piece.toString(); });
  let failure: Error | null = null;
  child.once('error', (error) => { failure = error; });
  const url = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    if (failure === null && child.exitCode === null && child.signalCode === null) {
      child.kill();
      await once(child, 'exit');
    }
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  const until = Date.now() + STARTING_MILLIS;
  while (!(await fetch(`${url}/-/ready`).then(({ ok }) => ok, () => false))) {
    if (failure !== null || child.exitCode !== null || Date.now() > until) {
      await stop();
      throw failure ?? new Error(`Prometheus did not start:\n${said}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const ask: PrometheusService['ask'] = async (address) => {
    const answer = (await (await fetch(url + address)).json()) as { readonly status: string; readonly data: unknown; readonly error?: string };
    if (answer.status !== 'success') throw new Error(`${address}: ${answer.error}`);
    return answer.data;
  };
  return {
    url, ask,
    query: async (expression) => (await ask(`/api/v1/query?query=${encodeURIComponent(expression)}`)).result,
    [Symbol.asyncDispose]: stop,
  };
}
