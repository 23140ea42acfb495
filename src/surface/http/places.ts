/**
 * From where a browser may speak to us. A page of a stranger can make a browser send requests to this machine: by a name
 * of the stranger that suddenly means 127.0.0.1 (the Host header tells), or across origins (the Origin header tells).
 */
import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { CodeIndexError } from '../../base/mod.ts';
import type { HttpOptions, HttpRules } from './port.ts';

const LOOPBACK = /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|::1)$/;

/** Is this a name or address that only this machine has? */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host.toLowerCase());
}

export interface Places {
  /** The origin to allow by CORS; null where there is none, or it is our own. Throws `forbidden` for foreign ones. */
  check(request: FastifyRequest): string | null;
}

export function openPlaces({ host, publicUrl }: Pick<HttpOptions, 'host' | 'publicUrl'>, { allowedHosts, allowedOrigins }: Pick<HttpRules, 'allowedHosts' | 'allowedOrigins'>): Places {
  const home = isLoopback(host);
  const everywhere = host === '0.0.0.0' || host === '::';
  const named = new Set([host, ...allowedHosts, ...(publicUrl === null ? [] : [new URL(publicUrl).host, new URL(publicUrl).hostname])].map((one) => one.toLowerCase()));
  const origins = new Set([...allowedOrigins, ...(publicUrl === null ? [] : [publicUrl])].map(originOf));
  const isOurs = (text: string): boolean => {
    const name = nameOf(text);
    if (named.has(text) || named.has(name)) return true;
    if (isLoopback(name)) return home || everywhere;
    // A number cannot be made to mean another machine, so where every address is listened on, each of them is ours.
    return everywhere && isIP(name) !== 0;
  };
  return {
    check(request) {
      const given = request.host?.toLowerCase() ?? '';
      if (given !== '' && !isOurs(given)) {
        throw new CodeIndexError('forbidden', `This server is not called ${JSON.stringify(given.slice(0, 200))}.`, 'Call it by its own address, or name this host in ALLOWED_HOSTS.');
      }
      const { origin } = request.headers;
      if (origin === undefined) return null;
      const url = URL.canParse(origin) ? new URL(origin) : null;
      if (url !== null && url.host === given) return null;
      if (url !== null && (origins.has(url.origin) || (home && isLoopback(nameOf(url.host))))) return url.origin;
      throw new CodeIndexError('forbidden', `Pages of ${JSON.stringify(origin.slice(0, 200))} may not call this server.`, 'Name the origin in ALLOWED_ORIGINS where they should.');
    },
  };
}

/** Without the port, and without the brackets of IPv6. */
function nameOf(host: string): string {
  const bracketed = /^\[([^\]]*)\]/.exec(host);
  return bracketed === null ? host.replace(/:\d*$/, '').replace(/\.$/, '') : (bracketed[1] as string);
}

function originOf(text: string): string {
  return URL.canParse(text) ? new URL(text).origin : text;
}
