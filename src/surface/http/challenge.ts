/** Where a client learns how to get a token (RFC 9728): MCP clients follow the challenge of a 401 to this document. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AccessSettings } from './port.ts';

const WELL_KNOWN = '/.well-known/oauth-protected-resource';

/** The address that clients use, without a slash at its end. */
function baseOf(request: FastifyRequest, publicUrl: string | null): string {
  return publicUrl === null ? `${request.protocol}://${request.host}` : publicUrl.replace(/\/+$/, '');
}

export function challenge(request: FastifyRequest, reply: FastifyReply, publicUrl: string | null): void {
  const path = request.routeOptions.url === '/mcp' ? '/mcp' : '';
  const sent = request.headers.authorization === undefined ? '' : 'error="invalid_token", ';
  reply.raw.setHeader('www-authenticate', `Bearer ${sent}resource_metadata="${baseOf(request, publicUrl)}${WELL_KNOWN}${path}"`);
}

export function mountMetadata(http: FastifyInstance, publicUrl: string | null, access: () => AccessSettings): void {
  for (const path of ['', '/mcp']) {
    http.get(`${WELL_KNOWN}${path}`, { config: { open: true } }, (request) => {
      const { issuer, jwksUrl } = access();
      return {
        resource: `${baseOf(request, publicUrl)}${path}`,
        // A secret that we share with a program makes nobody an authorization server.
        ...(jwksUrl !== undefined && issuer !== undefined && URL.canParse(issuer) ? { authorization_servers: [issuer] } : {}),
        bearer_methods_supported: ['header'],
        resource_name: 'code-index',
      };
    });
  }
}
