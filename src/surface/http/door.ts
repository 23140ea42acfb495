/** Whom the server answers, and how much: every request passes here before any route. */
import type { FastifyContextConfig, FastifyReply, FastifyRequest } from 'fastify';
import { CodeIndexError, type Log } from '../../base/mod.ts';
import type { RateCounts, RateTaken } from '../../cluster/mod.ts';
import { ACCESS_ROLES, type Identity } from '../../domain/mod.ts';
import { LOCAL, tokenDigest, type Service } from '../../service/mod.ts';
import { bearerOf, openCallers, type Callers } from './callers.ts';
import type { HttpOptions, HttpRules } from './port.ts';
import { addressKey } from './address-key.ts';
import { Refusal, refuse } from './refusal.ts';

/** Wrong tokens of one address. */
const WRONG = { count: 20, millis: 60_000 } as const;
/** Tokens that were right before, remembered by digest: whoever has one is not shut out by somebody guessing at the same address. */
const PROVEN = 10_000;

type Rate = NonNullable<HttpRules['rateLimit']>;

export class Door {
  readonly #service: Service;
  readonly #log: Log;
  readonly #counts: RateCounts;
  readonly #proven = new Set<string>();
  #rules: HttpRules;
  #callers: Callers;

  constructor(options: Pick<HttpOptions, 'service' | 'log' | 'rules'>, counts: RateCounts) {
    this.#service = options.service;
    this.#log = options.log;
    this.#counts = counts;
    this.#rules = options.rules;
    this.#callers = openCallers(options.service, options.rules.access, options.log);
  }

  reload(rules: HttpRules): void {
    this.#callers = openCallers(this.#service, rules.access, this.#log);
    this.#rules = rules;
    this.#proven.clear();
  }

  get required(): boolean {
    return this.#rules.access.required;
  }

  /** Who calls; null where nobody is needed. Throws `unauthenticated`, `rate_limited`, `forbidden` or `unavailable`. */
  async admit(request: FastifyRequest, reply: FastifyReply, { open, role, uncounted }: FastifyContextConfig): Promise<Identity | null> {
    const { authorization } = request.headers;
    // The user of this machine: nobody else reaches the listener.
    if (authorization === undefined && !this.required) return LOCAL;
    const { rateLimit } = this.#rules;
    const address = addressKey(request.ip);
    if (rateLimit !== null && uncounted !== true) await this.#take('address', address, rateLimit, reply);
    if (authorization === undefined) {
      if (open === true || request.is404) return null;
      this.#service.meter.count('code_index_authentication_failures_total', { reason: 'missing' });
      throw refuse('missing', 'This server answers those alone who bring a token.');
    }
    const identity = await this.#prove(authorization, address, reply);
    if (rateLimit !== null && uncounted !== true) await this.#take('identity', identity.id, rateLimit, reply);
    if (role !== undefined && ACCESS_ROLES.indexOf(identity.role) < ACCESS_ROLES.indexOf(role)) {
      throw new CodeIndexError('forbidden', `${identity.name} has the role ${identity.role}; this address needs ${role}.`, 'Ask an administrator for a token with that role.');
    }
    return identity;
  }

  async #prove(authorization: string, address: string, reply: FastifyReply): Promise<Identity> {
    let key = '';
    try {
      const text = bearerOf(authorization);
      const digest = tokenDigest(text);
      key = digest.toString('base64');
      if (!this.#proven.has(key)) {
        const wrong = await this.#count(`wrong:${address}`, WRONG, true);
        if (!wrong.taken) throw this.#limited('address', wrong, WRONG, reply);
      }
      const identity = await this.#callers.prove(text, digest);
      if (this.#proven.size >= PROVEN) this.#proven.clear();
      this.#proven.add(key);
      return identity;
    } catch (error) {
      if (error instanceof Refusal) {
        this.#proven.delete(key);
        await this.#count(`wrong:${address}`, WRONG);
        this.#service.meter.count('code_index_authentication_failures_total', { reason: error.reason });
      }
      throw error;
    }
  }

  async #take(by: 'address' | 'identity', key: string, rate: Rate, reply: FastifyReply): Promise<void> {
    const found = await this.#count(`${by}:${key}`, rate);
    tell(found, rate, reply);
    if (!found.taken) throw this.#limited(by, found, rate, reply);
  }

  /** Where counts cannot be kept, answering is worth more than counting. */
  async #count(key: string, rate: Rate, peek = false): Promise<RateTaken> {
    try {
      return await this.#counts.take(key, rate, peek);
    } catch (error) {
      this.#log('warn', `Rates cannot be counted: ${(error as Error).message}.`);
      return { taken: true, left: rate.count, waitMillis: 0 };
    }
  }

  #limited(by: 'address' | 'identity', found: RateTaken, rate: Rate, reply: FastifyReply): CodeIndexError {
    this.#service.meter.count('code_index_rate_limited_total', { by });
    tell(found, rate, reply);
    const seconds = Math.max(1, Math.ceil(found.waitMillis / 1_000));
    reply.raw.setHeader('retry-after', String(seconds));
    const what = rate === WRONG ? 'Too many wrong tokens came from this address.' : `This ${by} asks too often: ${rate.count} requests in ${rate.millis / 1_000} s are answered.`;
    return new CodeIndexError('rate_limited', what, `Wait for ${seconds} s.`);
  }
}

function tell({ left, waitMillis }: RateTaken, { count, millis }: Rate, { raw }: FastifyReply): void {
  raw.setHeader('ratelimit-limit', String(count));
  raw.setHeader('ratelimit-remaining', String(left));
  raw.setHeader('ratelimit-reset', String(Math.ceil(left > 0 ? ((count - left) * millis) / count / 1_000 : waitMillis / 1_000)));
}
