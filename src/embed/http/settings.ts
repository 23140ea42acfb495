import { CodeIndexError } from '../../base/mod.ts';

export interface HttpModelSettings {
  /** As OpenAI's clients take it: with `/v1`, without `/embeddings`; the host alone is completed. */
  readonly baseUrl: string;
  readonly model: string;
  readonly key?: string;
  /** Sent as `dimensions` and expected back; absent: whatever the endpoint gives. */
  readonly dimensions?: number;
  /** How long vectors are known to be; neither sent nor asked for. */
  readonly length?: number;
  /** Absent or 0: as fast as the endpoint answers. */
  readonly requestsPerMinute?: number;
  /** Milliseconds; for tests, which cannot wait as long as a network may need. */
  readonly requestMillis?: number;
  readonly retryMillis?: number;
}

/** The address that texts are posted to. A name and password in it would be told to everybody who reads the settings. */
export function endpointOf(baseUrl: string): URL {
  const fix = 'Set EMBEDDING_BASE_URL to the address that ends in /v1, for example http://localhost:11434/v1.';
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) throw new CodeIndexError('invalid_query', 'EMBEDDING_BASE_URL is no http or https address.', fix);
  if (url.username !== '' || url.password !== '') {
    throw new CodeIndexError('invalid_query', 'EMBEDDING_BASE_URL holds a name or a password.', 'Give the key in EMBEDDING_API_KEY.');
  }
  const path = url.pathname.replace(/\/+$/, '');
  url.pathname = path === '' ? '/v1/embeddings' : path.endsWith('/embeddings') ? path : `${path}/embeddings`;
  return url;
}
