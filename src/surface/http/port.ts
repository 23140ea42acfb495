import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Log, Meter } from '../../base/mod.ts';
import type { RateCounts } from '../../cluster/mod.ts';
import type { AccessRole } from '../../domain/mod.ts';
import type { Service } from '../../service/mod.ts';

declare module 'fastify' {
  /** What a route may say of itself in `config`. */
  interface FastifyContextConfig {
    /** Answered without a token, too; where one is sent, it is checked all the same. */
    open?: boolean;
    /** The least role that is answered; absent: any identity. Operations check their own. */
    role?: AccessRole;
    /** Rate limits do not count it. */
    uncounted?: boolean;
    /** Takes its own time: `signalOf` is not aborted after `requestSeconds`. */
    unhurried?: boolean;
  }
}

/** What a surface needs to answer requests. */
export interface HttpContext {
  readonly version: string;
  readonly log: Log;
  readonly meter: Meter;
  /** The product as the caller of this request sees it: with the identity that was proven before the handler began. */
  serviceOf(request: FastifyRequest): Service;
  /** Aborted when the client is gone, when the request took too long, or when the server stops. */
  signalOf(request: FastifyRequest): AbortSignal;
  /** Says that the answer never ends by itself, so that a stopping server ends it at once. `GET` of server-sent events is such without saying it. */
  endless(request: FastifyRequest): void;
}

/** Adds its routes; called once, before listening. */
export type Mount = (http: FastifyInstance, context: HttpContext) => void | Promise<void>;

/** How callers prove who they are. */
export interface AccessSettings {
  /** False: whoever reaches the listener is the local user. Only for addresses that nobody else reaches. */
  readonly required: boolean;
  readonly adminToken?: string;
  readonly jwtSecret?: string;
  readonly jwksUrl?: string;
  readonly issuer?: string;
  readonly audience?: string;
}

/** What may change while the server runs. */
export interface HttpRules {
  readonly access: AccessSettings;
  /** Of one identity, and of one address; null: no limit. */
  readonly rateLimit: { readonly count: number; readonly millis: number } | null;
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
  readonly tls: { readonly certificate: Buffer; readonly key: Buffer } | null;
}

/** One part that must work for answers: ok, or what is wrong, one sentence; and figures for people. */
export interface Probed {
  readonly ok: boolean;
  readonly found: string | number;
}

export interface HttpOptions {
  readonly host: string;
  readonly port: number;
  readonly version: string;
  readonly service: Service;
  readonly log: Log;
  readonly mounts: readonly Mount[];
  readonly rules: HttpRules;
  /** Errors of the program itself are answered without details. */
  readonly production: boolean;
  readonly publicUrl: string | null;
  /** Addresses and networks whose X-Forwarded-* headers are believed. */
  readonly trustedProxies: readonly string[];
  readonly bodyBytes: number;
  readonly requestSeconds: number;
  readonly drainSeconds: number;
  /** Text and type of /metrics; null: not offered. */
  readonly metrics: (() => Promise<{ readonly type: string; readonly text: string }>) | null;
  /** Where counts of rate limits are kept; absent: in this process. */
  readonly counts?: RateCounts;
  /** For /ready, by name: database, disk, queue, cpu, memory. */
  readonly probes: Readonly<Record<string, () => Promise<Probed>>>;
  readonly admin: {
    /** Sets the level where one is given; gives the level. */
    logLevel(level?: string): string;
    /** Tells the other servers to set it, too; false where they cannot be told. */
    logLevelElsewhere?(level: string): Promise<boolean>;
    diagnostics(): Promise<unknown>;
  };
}

export interface HttpServer extends AsyncDisposable {
  /** Where it listens: `http://127.0.0.1:8000`. */
  readonly url: string;
  /** Takes new rules from the next request on. */
  reload(rules: HttpRules): void;
}
