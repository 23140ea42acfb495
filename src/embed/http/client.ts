/** One embeddings request: posted, bounded in time, repeated where that may help, and refused with a sentence where not. */
import { CodeIndexError, LIMITS, throwIfAborted } from '../../base/mod.ts';
import { Pace, pause } from './pace.ts';
import { rowsOf } from './rows.ts';
import { endpointOf, type HttpModelSettings } from './settings.ts';

const REQUEST_MILLIS = 60_000;
const RETRY_MILLIS = 500;
const ATTEMPTS = 5;
/** Nobody waits longer than this within one run; the next run goes on. */
const WAIT_MILLIS_MOST = 60_000;
const UNDER_WAY = 4;
/** Of a provider's own words. */
const EXCERPT_CHARS = 200;

/** The provider refused these texts themselves (too long, too many): fewer or shorter ones may pass. */
export class RefusedTexts extends CodeIndexError {}

interface Attempt {
  readonly rows?: Float32Array[];
  /** What failed, when it is worth another attempt. */
  readonly failed?: string;
  /** Milliseconds that the provider asked to wait. */
  readonly after?: number;
}

export class EmbeddingsClient {
  readonly host: string;
  readonly #url: URL;
  readonly #settings: HttpModelSettings;
  readonly #pace: Pace;

  constructor(settings: HttpModelSettings) {
    this.#url = endpointOf(settings.baseUrl);
    this.host = this.#url.host;
    this.#settings = settings;
    this.#pace = new Pace(UNDER_WAY, settings.requestsPerMinute ?? 0);
  }

  /** One row for each text, in order. Errors: `unavailable`, also as `RefusedTexts`; cancelling throws the signal's reason. */
  async embed(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[]> {
    let failed = '';
    try {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        throwIfAborted(signal);
        const result = await this.#pace.run(signal, () => this.#attempt(this.#url, texts, signal, true));
        if (result.rows !== undefined) return result.rows;
        failed = result.failed ?? '';
        const wait = result.after ?? (this.#settings.retryMillis ?? RETRY_MILLIS) * 2 ** attempt * (0.75 + Math.random() / 2);
        if (wait > WAIT_MILLIS_MOST) throw this.#error(`${failed} and asks to wait ${Math.round(wait / 1_000)} s`);
        if (attempt < ATTEMPTS - 1) await pause(wait, signal);
      }
    } catch (error) {
      // Out of time between two attempts: what the provider did says more than that.
      if (failed !== '' && (error as Error).name === 'TimeoutError') throw this.#error(failed);
      throw error;
    }
    throw this.#error(failed);
  }

  /** How long the model's vectors are. Asked within the time of a question, for an answer may wait for it. */
  async length(): Promise<number> {
    const timer = AbortSignal.timeout(LIMITS.questionMillis);
    try {
      return (await this.embed(['length'], timer))[0]?.length ?? 0;
    } catch (error) {
      throw (error as Error).name === 'TimeoutError' ? this.#error(`did not answer in ${LIMITS.questionMillis / 1_000} s`) : error;
    }
  }

  async #attempt(url: URL, texts: readonly string[], signal: AbortSignal | undefined, mayMove: boolean): Promise<Attempt> {
    const limit = this.#settings.requestMillis ?? REQUEST_MILLIS;
    const timer = AbortSignal.timeout(limit);
    let response: Response;
    let body: string;
    try {
      response = await fetch(url, {
        method: 'POST', redirect: 'manual', signal: signal === undefined ? timer : AbortSignal.any([signal, timer]),
        headers: { 'content-type': 'application/json', ...(this.#settings.key === undefined ? {} : { authorization: `Bearer ${this.#settings.key}` }) },
        body: JSON.stringify({ model: this.#settings.model, input: texts, ...(this.#settings.dimensions === undefined ? {} : { dimensions: this.#settings.dimensions }) }),
      });
      body = await response.text();
    } catch (error) {
      throwIfAborted(signal);
      return { failed: timer.aborted ? `did not answer in ${limit / 1_000} s` : `cannot be reached (${causeOf(error)})` };
    }
    if (response.ok) return { rows: rowsOf(body, texts.length, this.host) };
    if (response.status >= 300 && response.status < 400) return this.#moved(response, url, texts, signal, mayMove);
    return this.#refused(response, body);
  }

  /** A key must not follow to wherever an answer points: only another path of the same host is followed, and once. */
  #moved(response: Response, from: URL, texts: readonly string[], signal: AbortSignal | undefined, mayMove: boolean): Promise<Attempt> {
    const location = response.headers.get('location');
    const to = location !== null && URL.canParse(location, from.href) ? new URL(location, from.href) : null;
    if (!mayMove || to === null || to.origin !== from.origin || (response.status !== 307 && response.status !== 308)) {
      throw this.#error(`redirects elsewhere (${response.status}), which is not followed`, 'Set EMBEDDING_BASE_URL to the address that answers itself.');
    }
    return this.#attempt(to, texts, signal, false);
  }

  #refused(response: Response, body: string): Attempt {
    const said = this.#excerpt(body);
    const what = `answered ${response.status}${said === '' ? '' : ` (${said})`}`;
    if (response.status === 429 || response.status === 408 || response.status >= 500) {
      const after = retryAfter(response.headers.get('retry-after'));
      return { failed: what, ...(after === null ? {} : { after }) };
    }
    if (response.status === 401 || response.status === 403) throw this.#error(what, 'Check EMBEDDING_API_KEY.');
    if (response.status === 404) throw this.#error(what, 'Check EMBEDDING_MODEL and EMBEDDING_BASE_URL.');
    throw new RefusedTexts('unavailable', `The embedding provider at ${this.host} ${what}.`, 'Check EMBEDDING_MODEL, and EMBEDDING_DIMENSIONS if it is set.');
  }

  #error(what: string, fix = 'Text and symbols are searched without it; repeat `code-index index` when it answers again.'): CodeIndexError {
    return new CodeIndexError('unavailable', `The embedding provider at ${this.host} ${what}.`, fix);
  }

  /** The provider's own words in one line, without the key, which some of them repeat. */
  #excerpt(body: string): string {
    let message: unknown;
    try {
      const answer = JSON.parse(body) as { error?: { message?: unknown } | string; message?: unknown; detail?: unknown } | null;
      message = (typeof answer?.error === 'object' ? answer.error?.message : answer?.error) ?? answer?.message ?? answer?.detail;
    } catch {
      message = /^\s*</.test(body) ? '' : body;
    }
    const { key } = this.#settings;
    const text = typeof message === 'string' ? message : '';
    // oxlint-disable-next-line no-control-regex -- a terminal must not be steered by a provider's answer.
    return (key === undefined || key === '' ? text : text.replaceAll(key, '***')).replaceAll(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ').trim().slice(0, EXCERPT_CHARS);
  }
}

/** `ECONNREFUSED` and its like; the message of `fetch` itself says only that it failed. */
function causeOf(error: unknown): string {
  const { cause } = error as { cause?: { code?: string; message?: string } };
  return cause?.code ?? cause?.message ?? (error as Error).message;
}

function retryAfter(value: string | null): number | null {
  if (value === null) return null;
  if (/^\s*\d+(\.\d+)?\s*$/.test(value)) return Number(value) * 1_000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, date - Date.now());
}
