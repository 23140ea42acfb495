import type { Log } from '../../base/mod.ts';
import type { Service } from '../../service/mod.ts';
import { openHttp } from '../../surface/http/mod.ts';
import { mountMcp } from '../../surface/mcp/mod.ts';
import { mountRest } from '../../surface/rest/mod.ts';
import type { Settings } from '../flags.ts';

export interface Serve {
  readonly settings: Settings;
  readonly version: string;
  readonly signal: AbortSignal;
  open(): Service;
}

/** Serves until the signal is aborted. */
export async function serve({ settings, version, signal, open }: Serve): Promise<number> {
  await using service = open();
  const log: Log = (level, sentence) => process.stderr.write(`code-index: ${level === 'info' ? '' : `${level}: `}${sentence}\n`);
  await using http = await openHttp({
    host: settings.host, port: settings.port, version, service, log, mounts: [mountRest({ maxQueryChars: settings.maxQueryChars, management: settings.repositoryManagement, maxUploadBytes: settings.maxUploadBytes }), mountMcp({ management: settings.repositoryManagement })],
    rules: { access: { required: false }, rateLimit: settings.rateLimit, allowedHosts: settings.allowedHosts, allowedOrigins: settings.allowedOrigins, tls: null },
    production: settings.environment === 'production', publicUrl: settings.publicUrl, trustedProxies: settings.trustedProxies,
    bodyBytes: 1_048_576, requestSeconds: settings.requestSeconds, drainSeconds: settings.drainSeconds,
    metrics: null, probes: {}, admin: { logLevel: () => settings.logLevel, diagnostics: async () => ({}) },
  });
  log('info', `Serving on ${http.url}.`);
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  return 0;
}
