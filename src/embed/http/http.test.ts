import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { CodeIndexError } from '../../base/mod.ts';
import type { FileToEmbed } from '../port.ts';
import { openHttpModel } from './mod.ts';
import type { HttpModelSettings } from './settings.ts';

interface Asked {
  readonly model: string;
  readonly input: readonly string[];
  readonly dimensions?: number;
}

type Answer = (asked: Asked, request: IncomingMessage, response: ServerResponse, count: number) => void;

/** A real endpoint in this process; `answers` sees every request and how many there were before. */
async function endpoint(answers: Answer): Promise<AsyncDisposable & { url: string; asked: Asked[]; most: () => number }> {
  const asked: Asked[] = [];
  let [underWay, most] = [0, 0];
  const server: Server = createServer((request, response) => {
    most = Math.max(most, ++underWay);
    response.on('close', () => underWay--);
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part)).on('end', () => {
      const one = JSON.parse(body) as Asked;
      asked.push(one);
      answers(one, request, response, asked.length - 1);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, asked, most: () => most,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What a text means to this endpoint: its length and its first letter. */
const rowOf = (text: string): number[] => [text.length, text.charCodeAt(0), 1, 0];
const rows = (input: readonly string[]): unknown => ({ data: input.map((text, index) => ({ index, embedding: rowOf(text) })) });
const good: Answer = ({ input }, _request, response) => void response.end(JSON.stringify(rows(input)));
const status = (code: number, body = '', headers: Record<string, string> = {}): Answer => (_asked, _request, response) => void response.writeHead(code, headers).end(body);

/** The first request gets the first answer, and so on; the last one answers the rest. */
const inTurn = (...list: readonly Answer[]): Answer => (asked, request, response, count) => (list[Math.min(count, list.length - 1)] as Answer)(asked, request, response, count);

const QUICK: Omit<HttpModelSettings, 'baseUrl'> = { model: 'm', key: 'very-secret', length: 4, retryMillis: 1, requestMillis: 300 };

function unit(values: readonly number[]): number[] {
  const norm = Math.hypot(...values);
  return values.map((value) => Math.round((value * 127) / norm));
}

/** A file of one chunk for each text. */
function fileOf(texts: readonly string[]): FileToEmbed {
  let at = 0;
  const chunks = texts.map((text, line) => {
    const span = { start: at, end: at + text.length, startLine: line + 1, endLine: line + 1 };
    at += text.length;
    return { span, symbol: -1 };
  });
  return { language: 'python', text: texts.join(''), facts: { chunks, symbols: [], comments: [] } };
}

test('vectors are of unit length times 127, in the order of the texts, from floats and from base64, whatever the order of the rows', async () => {
  const base64: Answer = ({ input }, _request, response) => {
    const data = input.map((text, index) => ({ index, embedding: Buffer.from(new Float32Array(rowOf(text)).buffer).toString('base64') }));
    response.end(JSON.stringify({ data: data.reverse() }));
  };
  for (const answer of [good, base64]) {
    await using server = await endpoint(answer);
    await using model = await openHttpModel({ ...QUICK, baseUrl: server.url });
    assert.deepEqual([...(await model.embedQuery('hello'))], unit(rowOf('hello')));
    const [first, second] = await model.embedFiles([fileOf(['a = 1\n', '  \n', 'bb = 2\n']), fileOf(['c\n'])]);
    assert.deepEqual([...(first as Int8Array)], [...unit(rowOf('python\na = 1')), 0, 0, 0, 0, ...unit(rowOf('python\nbb = 2'))]);
    assert.equal(second?.length, 4);
    assert.deepEqual(server.asked.map(({ input }) => input.length), [1, 3], 'an empty chunk is not asked for');
    assert.match(model.id, /^http\/m\/[0-9a-f]{8}@4$/);
  }
});

test('many texts go in requests of bounded size, four at a time', async () => {
  await using server = await endpoint((asked, request, response, count) => setTimeout(() => good(asked, request, response, count), 20));
  await using model = await openHttpModel({ ...QUICK, baseUrl: server.url });
  const texts = Array.from({ length: 1_000 }, (_, at) => `text${at}\n`);
  const [vectors] = await model.embedFiles([fileOf(texts)]);
  assert.equal(vectors?.length, 4_000);
  assert.equal(server.asked.length, 16);
  assert.ok(server.asked.every(({ input }) => input.length <= 64));
  assert.equal(server.most(), 4);
});

test('the length of vectors is asked for once, or sent as `dimensions` where it is set', async () => {
  await using server = await endpoint(good);
  const { length: _, ...unset } = QUICK;
  await using asked = await openHttpModel({ ...unset, baseUrl: server.url });
  assert.deepEqual([asked.dimensions, server.asked.length, server.asked[0]?.dimensions], [4, 1, undefined]);
  await using set = await openHttpModel({ ...unset, baseUrl: server.url, dimensions: 4 });
  await set.embedQuery('x');
  assert.deepEqual([server.asked.length, server.asked[1]?.dimensions], [2, 4]);
});

test('429, 500 and a time-out are tried again, after the time that the provider asks for', async () => {
  const never: Answer = () => {};
  await using server = await endpoint(inTurn(status(429, '', { 'retry-after': '0.2' }), status(500), never, good));
  await using model = await openHttpModel({ ...QUICK, baseUrl: server.url });
  const started = Date.now();
  assert.deepEqual([...(await model.embedQuery('hello'))], unit(rowOf('hello')));
  assert.ok(Date.now() - started >= 500, 'the time-out and Retry-After were waited for');
  assert.equal(server.asked.length, 4);
});

/** The sentence of a failure; it never holds the key. */
async function said(answer: Answer, settings: Partial<HttpModelSettings> = {}): Promise<string> {
  await using server = await endpoint(answer);
  try {
    await using model = await openHttpModel({ ...QUICK, baseUrl: server.url, ...settings });
    await model.embedQuery('hello');
  } catch (error) {
    assert.ok(error instanceof CodeIndexError, String(error));
    assert.ok(!inspect(error, { depth: 9 }).includes('very-secret'), 'the key is never told, not in a cause either');
    return `${error.code}: ${error.message.replaceAll(/127\.0\.0\.1:\d+/g, 'host')} ${error.fix}`;
  }
  return 'no failure';
}

test('what a provider does wrong is one sentence', async () => {
  const embedding = (...values: unknown[]): Answer => (_asked, _request, response) => void response.end(JSON.stringify({ data: [{ index: 0, embedding: values }] }));
  assert.match(await said(() => {}), /^unavailable: The embedding provider at host did not answer in 0\.3 s\./);
  assert.match(await said(status(429, '{"error":{"message":"slow down"}}')), /answered 429 \(slow down\)\./);
  assert.match(await said(status(429, '', { 'retry-after': '3600' })), /answered 429 and asks to wait 3600 s\./);
  assert.match(await said(status(500, '<html>oops</html>')), /answered 500\. Text and symbols are searched without it/);
  assert.match(await said(status(401, '{"error":{"message":"bad key very-secret"}}')), /answered 401 \(bad key \*\*\*\)\. Check EMBEDDING_API_KEY\./);
  assert.match(await said(status(404, '{"error":"model not found"}')), /answered 404 \(model not found\)\. Check EMBEDDING_MODEL/);
  assert.match(await said(status(200, 'hello')), /answered with something that is not JSON\./);
  assert.match(await said(status(200, '{"object":"list"}')), /answered without a list of embeddings\./);
  assert.match(await said(status(200, '{"data":[]}')), /answered with 0 embeddings for 1 texts\./);
  assert.match(await said(status(200, '{"data":[{"index":7,"embedding":[1,2,3,4]}]}')), /answered with embeddings out of order\./);
  assert.match(await said(embedding(1, 2, 3)), /answered a vector of 3 numbers instead of 4\. Check EMBEDDING_MODEL and EMBEDDING_DIMENSIONS/);
  assert.match(await said(embedding(1, null, 3, 4)), /made a vector that holds NaN or infinity\./);
  assert.match(await said(status(200, '{"data":[{"embedding":[1,1e999,3,4]}]}')), /made a vector that holds NaN or infinity\./);
  assert.match(await said(embedding(...Array.from({ length: 1_536 }, () => 1)), { length: undefined as never }), /^invalid_query: The model at host makes vectors of 1536 numbers; 1024 are kept at most\. Set EMBEDDING_DIMENSIONS/);
  assert.match(await said(good, { baseUrl: 'http://name:very-secret@localhost/v1' }), /^invalid_query: EMBEDDING_BASE_URL holds a name or a password\./);
  assert.match(await said(good, { baseUrl: 'ftp://localhost' }), /^invalid_query: EMBEDDING_BASE_URL is no http or https address\./);
  const gone = await endpoint(good);
  await gone[Symbol.asyncDispose]();
  assert.match(await said(good, { baseUrl: gone.url }), /cannot be reached \(ECONNREFUSED\)\./);
});

test('a redirect to another host is refused and does not see the key; one within the host is followed', async () => {
  let seen: string | undefined;
  await using other = await endpoint((asked, request, response, count) => {
    seen = request.headers.authorization;
    good(asked, request, response, count);
  });
  assert.match(await said(status(307, '', { location: `${other.url}/embeddings` })), /redirects elsewhere \(307\), which is not followed\./);
  assert.deepEqual([seen, other.asked.length], [undefined, 0]);
  assert.equal(await said(inTurn(status(308, '', { location: '/v2/embeddings' }), good)), 'no failure');
});

test('a text that is too long for the model is shortened, and costs the others nothing', async () => {
  await using server = await endpoint((asked, request, response, count) => {
    if (asked.input.some((text) => text.length > 2_000)) status(400, '{"error":{"message":"too long"}}')(asked, request, response, count);
    else good(asked, request, response, count);
  });
  await using model = await openHttpModel({ ...QUICK, baseUrl: server.url });
  const [vectors] = await model.embedFiles([fileOf(['a\n', `${'x'.repeat(2_990)}\n`, 'b\n'])]);
  assert.deepEqual([...(vectors as Int8Array).subarray(0, 4)], unit(rowOf('python\na')));
  assert.ok((vectors as Int8Array)[4] !== 0);
  assert.match(await said(status(400, '{"error":{"message":"no such option"}}')), /^unavailable: .* answered 400 \(no such option\)\. Check EMBEDDING_MODEL/);
});

test('cancelling ends the requests and the waiting', async () => {
  await using server = await endpoint(status(503, '', { 'retry-after': '30' }));
  await using model = await openHttpModel({ ...QUICK, baseUrl: server.url });
  const abort = new AbortController();
  setTimeout(() => abort.abort(new DOMException('stopped', 'AbortError')), 50);
  await assert.rejects(model.embedQuery('hello', abort.signal), { name: 'AbortError' });
});

test('requests are begun no faster than the settings allow', async () => {
  await using server = await endpoint(good);
  await using model = await openHttpModel({ ...QUICK, baseUrl: server.url, requestsPerMinute: 600 });
  const started = Date.now();
  await Promise.all([1, 2, 3, 4].map((at) => model.embedQuery(`question ${at}`)));
  assert.ok(Date.now() - started >= 290, 'three gaps of 100 ms');
});
