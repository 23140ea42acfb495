/** The listener in this process, over a real service in a folder of its own: for tests of who is answered. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ErrorCode } from '../src/base/mod.ts';
import { openService, type Service } from '../src/service/mod.ts';
import { openHttp, openMeter, type AccessSettings, type HttpOptions, type HttpServer, type ServerMeter } from '../src/surface/http/mod.ts';

export interface Said {
  readonly level: string;
  readonly sentence: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

export interface TestServer extends AsyncDisposable {
  readonly url: string;
  readonly http: HttpServer;
  readonly service: Service;
  readonly meter: ServerMeter;
  readonly folder: string;
  readonly said: readonly Said[];
  get(address: string, token?: string, init?: RequestInit): Promise<Answered>;
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into it freely.
  readonly json: any;
  readonly code: ErrorCode | undefined;
}

export type TestOptions = Partial<Omit<HttpOptions, 'rules' | 'service'>> & { readonly access?: AccessSettings; readonly rules?: Partial<HttpOptions['rules']> };

export async function openTestServer({ access, rules, ...options }: TestOptions = {}): Promise<TestServer> {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'code-index-http-')));
  const meter = openMeter();
  const service = openService({ dataDir: path.join(folder, 'data'), allowedRoots: [], workspace: [], defaultDaysToKeep: 0, autoCleanup: false, audit: true, meter, version: '0', embedding: { provider: 'none' } });
  const said: Said[] = [];
  const http = await openHttp({
    host: '127.0.0.1', port: 0, version: '0', service, mounts: [], production: false, publicUrl: null, trustedProxies: [],
    bodyBytes: 100_000, requestSeconds: 30, drainSeconds: 5, probes: {},
    log: (level, sentence, facts = {}) => { said.push({ level, sentence, facts }); },
    metrics: async () => ({ type: meter.type, text: await meter.text() }),
    admin: { logLevel: (level) => level ?? 'info', diagnostics: async () => ({ uptime: 1 }) },
    rules: { access: access ?? { required: false }, rateLimit: null, allowedHosts: [], allowedOrigins: [], tls: null, ...rules },
    ...options,
  });
  return {
    url: http.url, http, service, meter, folder, said,
    async get(address, token, init = {}) {
      const response = await fetch(`${http.url}${address}`, { ...init, headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...(init.headers as Record<string, string> | undefined) } });
      const text = await response.text();
      const json = response.headers.get('content-type')?.includes('json') && text !== '' ? JSON.parse(text) : null;
      return { status: response.status, headers: response.headers, text, json, code: json?.error?.code };
    },
    async [Symbol.asyncDispose]() {
      await http[Symbol.asyncDispose]();
      await service[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Sends bytes as they are; gives all that comes back until the other side closes. */
export function sendRaw(url: string, bytes: string, millis = 10_000): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    const timer = setTimeout(() => socket.destroy(), millis);
    socket.setEncoding('utf8').on('data', (part: string) => { text += part; }).on('error', () => {}).on('close', () => {
      clearTimeout(timer);
      resolve(text);
    });
  });
}
