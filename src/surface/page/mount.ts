import type { FastifyReply, FastifyRequest } from 'fastify';
import { CodeIndexError } from '../../base/mod.ts';
import type { Mount } from '../http/mod.ts';
import { loadAssets, type Asset, type Assets } from './assets.ts';

export interface PageOptions {
  /** The page offers to add, update and remove repositories to those who may. */
  readonly management: boolean;
}

/** Own files and own answers only; no markup out of strings, no frames, no forms that leave. */
const POLICY = [
  "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
  "require-trusted-types-for 'script'", "trusted-types 'none'",
].join('; ');
const FOR_EVER = 'public, max-age=31536000, immutable';

/** Addresses that the page itself understands; each answers with the same shell. */
const VIEWS = ['/', '/repositories', '/files/*'];

/** The search page at `/`. Its files are read at the first visit. */
export function mountPage(options: PageOptions): Mount {
  return (http) => {
    let loading: Promise<Assets> | undefined;
    const assets = (): Promise<Assets> => (loading ??= loadAssets(options).catch((error: unknown) => {
      loading = undefined;
      throw error;
    }));
    for (const url of VIEWS) {
      http.get(url, { config: { open: true } }, async (request, reply) => send(request, reply.header('content-security-policy', POLICY), (await assets()).shell, 'no-cache'));
    }
    http.get<{ Params: { version: string; name: string } }>('/page/:version/:name', { config: { open: true } }, async (request, reply) => {
      const { version, files } = await assets();
      const asset = files.get(request.params.name);
      if (asset === undefined) throw new CodeIndexError('not_found', 'The page has no such file.', 'Load the page again.');
      // A page that was loaded before an update asks by its old address: it gets what there is, and keeps it for this once.
      return send(request, reply.header('content-security-policy', POLICY), asset, request.params.version === version ? FOR_EVER : 'no-store');
    });
  };
}

function send(request: FastifyRequest, reply: FastifyReply, asset: Asset, caching: string): FastifyReply {
  void reply.header('etag', asset.etag).header('cache-control', caching).header('vary', 'accept-encoding');
  if (request.headers['if-none-match']?.split(',').some((one) => one.trim().replace(/^W\//, '') === asset.etag) === true) return reply.status(304).send();
  const [encoding, bytes] = encoded(asset, String(request.headers['accept-encoding'] ?? ''));
  if (encoding !== null) void reply.header('content-encoding', encoding);
  return reply.type(asset.type).send(bytes);
}

/** What the browser takes; `q=0` refuses. */
function encoded(asset: Asset, accepted: string): readonly [string | null, Buffer] {
  const takes = (name: string): boolean => new RegExp(`(?:^|,)\\s*${name}\\s*(?:,|$|;(?!\\s*q=0(?:\\.0*)?\\s*(?:,|$)))`, 'i').test(accepted);
  if (takes('br')) return ['br', asset.brotli];
  return takes('gzip') ? ['gzip', asset.gzip] : [null, asset.plain];
}
