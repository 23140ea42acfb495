/** Whether the server lives, whether it can answer, and what its keeper may see and set. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { CodeIndexError, LOG_LEVELS } from '../../base/mod.ts';
import type { Identity } from '../../domain/mod.ts';
import type { HttpOptions, Probed } from './port.ts';

export interface HealthContext {
  identityOf(request: FastifyRequest): Identity | null;
  draining(): boolean;
}

const PROBE_MILLIS = 2_000;
/** Looks at the parts are shared by all who ask within this time. */
const SHARED_MILLIS = 500;

export function mountHealth(http: FastifyInstance, options: HttpOptions, { identityOf, draining }: HealthContext): void {
  const { version, metrics } = options;
  const look = sharedFor(SHARED_MILLIS, () => probeAll(options.probes));
  const seen = { open: true, uncounted: true } as const;
  http.get('/health', { config: seen }, async () => ({ status: 'healthy', version }));
  http.get<{ Querystring: { exclude?: string | string[] } }>('/ready', { config: seen }, async (request, reply) => {
    const checks = await look();
    // As Kubernetes' own servers have it: a part that all servers share must not take all of them out of service at once.
    const left = [request.query.exclude ?? []].flat();
    const ok = !draining() && Object.entries(checks).every(([name, one]) => one.ok || left.includes(name));
    // Why a part is unwell may name folders of the server.
    const known = identityOf(request)?.role === 'admin';
    const told = known ? checks : Object.fromEntries(Object.entries(checks).map(([name, { ok: well }]) => [name, { ok: well }]));
    return reply.status(ok ? 200 : 503).header('cache-control', 'no-store').send({ status: draining() ? 'draining' : ok ? 'ready' : 'unready', checks: told });
  });
  if (metrics !== null) {
    http.get('/metrics', { config: { uncounted: true } }, async (request, reply) => {
      requireWhole(identityOf(request), 'Figures count');
      const { type, text } = await metrics();
      return reply.type(type).header('cache-control', 'no-store').send(text);
    });
  }
  mountAdmin(http, options, identityOf);
}

function mountAdmin(http: FastifyInstance, { admin, service, log }: HttpOptions, identityOf: HealthContext['identityOf']): void {
  const config = { role: 'admin' } as const;
  http.get('/admin/log-level', { config }, async (_request, reply) => reply.header('cache-control', 'no-store').send({ level: admin.logLevel() }));
  http.post('/admin/log-level', { config }, async (request) => {
    const { level: given, everywhere = false } = (request.body ?? {}) as { readonly level?: unknown; readonly everywhere?: unknown };
    const level = typeof given === 'string' ? given.toLowerCase().replace(/^warning$/, 'warn') : '';
    if (!(LOG_LEVELS as readonly string[]).includes(level)) {
      throw new CodeIndexError('invalid_query', `There is no log level ${JSON.stringify(given ?? null).slice(0, 80)}.`, `Send {"level": ...} with one of: ${LOG_LEVELS.join(', ')}.`);
    }
    if (typeof everywhere !== 'boolean') throw new CodeIndexError('invalid_query', '`everywhere` is neither true nor false.', 'Send true to set the level at every server of the installation.');
    const set = admin.logLevel(level);
    const told = everywhere && ((await admin.logLevelElsewhere?.(set)) ?? false);
    if (service.settings.audit) {
      const entry = { time: new Date().toISOString(), actor: identityOf(request)?.id ?? '', act: 'log level', target: told ? `${set} everywhere` : set, outcome: 'done' };
      // The level matters most while the database is the trouble.
      await service.store().then(({ journal }) => journal.append(entry)).catch((error: Error) => log('warn', `The audit log cannot be written: ${error.message}.`, entry));
    }
    return everywhere ? { level: set, everywhere: told } : { level: set };
  });
  http.get('/admin/diagnostics', { config }, async (request, reply) => {
    requireWhole(identityOf(request), 'Diagnostics tell of');
    return reply.header('cache-control', 'no-store').send(await admin.diagnostics());
  });
}

/** What is about the server as a whole would tell those with grants about the rest. */
function requireWhole(identity: Identity | null, what: string): void {
  if (identity !== null && identity.repositories === null) return;
  throw new CodeIndexError('forbidden', `${what} every repository, and this caller may use some of them.`, 'Ask with a token that names no repositories.');
}

async function probeAll(probes: HttpOptions['probes']): Promise<Readonly<Record<string, Probed>>> {
  return Object.fromEntries(await Promise.all(Object.entries(probes).map(async ([name, probe]) => [name, await probed(probe)] as const)));
}

async function probed(probe: () => Promise<Probed>): Promise<Probed> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Probed>((resolve) => {
    timer = setTimeout(() => resolve({ ok: false, found: `no answer within ${PROBE_MILLIS / 1_000} s` }), PROBE_MILLIS);
  });
  try {
    return await Promise.race([probe(), late]);
  } catch (error) {
    return { ok: false, found: (error as Error).message };
  } finally {
    clearTimeout(timer);
  }
}

/** One run serves all who ask while it is under way, and for a while after. */
function sharedFor<Found>(millis: number, run: () => Promise<Found>): () => Promise<Found> {
  let found: Promise<Found> | null = null;
  return () => {
    if (found !== null) return found;
    const begun = run();
    found = begun;
    void begun.finally(() => setTimeout(() => { found = null; }, millis).unref());
    return begun;
  };
}
