import { CodeIndexError } from '../../base/mod.ts';

/**
 * The rows of an embeddings answer in the order of the inputs: floats, or base64 of little-endian 32-bit floats.
 * Anything that is not exactly one row for each input is refused: a row in the wrong place would be a wrong answer for ever.
 */
export function rowsOf(body: string, count: number, host: string): Float32Array[] {
  const fail = (what: string): CodeIndexError =>
    new CodeIndexError('unavailable', `The embedding provider at ${host} answered ${what}.`, 'Check that EMBEDDING_BASE_URL and EMBEDDING_MODEL name an OpenAI-compatible embeddings endpoint.');
  const answer = parsed(body);
  if (answer === undefined) throw fail('with something that is not JSON');
  const data = (answer as { data?: unknown } | null)?.data;
  if (!Array.isArray(data)) throw fail('without a list of embeddings');
  if (data.length !== count) throw fail(`with ${data.length} embeddings for ${count} texts`);
  const rows = new Array<Float32Array | undefined>(count);
  for (const [place, item] of (data as { index?: unknown; embedding?: unknown }[]).entries()) {
    const index = item?.index ?? place;
    if (typeof index !== 'number' || !Number.isInteger(index) || index < 0 || index >= count || rows[index] !== undefined) throw fail('with embeddings out of order');
    const row = floatsOf(item?.embedding);
    if (row === null) throw fail('with an embedding that is neither numbers nor base64');
    rows[index] = row;
  }
  return rows as Float32Array[];
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function floatsOf(embedding: unknown): Float32Array | null {
  if (Array.isArray(embedding)) {
    // JSON has no NaN: servers write null, and a Float32Array would make a silent 0 of it.
    return embedding.length > 0 ? Float32Array.from(embedding, (value) => (typeof value === 'number' ? value : Number.NaN)) : null;
  }
  if (typeof embedding !== 'string') return null;
  const bytes = Buffer.from(embedding, 'base64');
  if (bytes.length === 0 || bytes.length % 4 !== 0) return null;
  return Float32Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readFloatLE(at * 4));
}
