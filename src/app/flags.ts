/**
 * The one table of settings. It makes the validation of flags and variables, the help text, `.env.example` and
 * docs/reference/settings.md. A setting that is not in this table does not exist; one that is in it works.
 */
import { CodeIndexError, LOG_LEVELS, type LogLevel } from '../base/mod.ts';
import type { ServerSettings } from '../service/mod.ts';

export type SettingType = 'text' | 'folder' | 'folders' | 'list' | 'integer' | 'boolean' | 'database_url' | 'choice' | 'rate';

export interface Setting {
  readonly name: keyof Settings;
  /** Without the dashes; null where only the variable is read. */
  readonly flag: string | null;
  readonly variable: string;
  /** Commands that take the flag; absent: all of them. */
  readonly only?: readonly string[];
  readonly type: SettingType;
  readonly values?: readonly string[];
  /** Never shown in diagnostics, logs or process lists. */
  readonly secret?: true;
  /** Takes effect when the settings are read again (SIGHUP); others need a restart. */
  readonly reloads?: true;
  readonly least?: number;
  readonly most?: number;
  /** As it stands in the reference page. */
  readonly default: string;
  readonly text: string;
}

export interface Settings extends ServerSettings {
  readonly dataDir: string | null;
  readonly databaseUrl: string | null;
  readonly databaseReadUrl: string | null;
  readonly dbPassword: string | null;
  readonly databasePoolSize: number;
  readonly databasePoolOverflow: number;
  readonly databasePoolWaitSeconds: number;
  readonly databaseConnectionSeconds: number;
  readonly databaseStatementSeconds: number;
  readonly allowedRoots: readonly string[];
  readonly repositoryManagement: boolean;
  readonly autoCleanup: boolean;
  readonly defaultDaysToKeep: number;
  readonly threads: number | null;
  readonly embeddingProvider: string;
  readonly embeddingBaseUrl: string | null;
  readonly embeddingModel: string | null;
  readonly embeddingApiKey: string | null;
  readonly embeddingDimensions: number | null;
  readonly embeddingRequestsPerMinute: number;
  /** Null: `info` for `serve`, `warn` for `mcp`. */
  readonly logLevel: LogLevel | null;
  readonly logDir: string | null;
  readonly configFile: string | null;
  readonly environment: string;
  readonly port: number;
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
  readonly trustedProxies: readonly string[];
  readonly rateLimit: Rate | null;
  readonly maxQueryChars: number;
  readonly maxUploadBytes: number;
  readonly requestSeconds: number;
  readonly drainSeconds: number;
  readonly gitHosts: readonly string[];
  readonly gitSchemes: readonly string[];
  /** Null: the command line may, a server may not. */
  readonly privateHosts: boolean | null;
  readonly fetchMinutes: number;
  readonly maskSecrets: string;
  readonly secretsAllowFile: string | null;
  readonly backupDir: string | null;
  readonly backupKeepDays: number;
  readonly prometheusEnabled: boolean;
  readonly sentryDsn: string | null;
  readonly tracesEndpoint: string | null;
  readonly redisUrl: string | null;
  readonly redisPassword: string | null;
  readonly redisPrefix: string;
  readonly serveJobs: string;
  readonly workerConcurrency: number;
  readonly workerPort: number;
  readonly jobMemoryMegabytes: number;
  readonly jobsPerMinute: number;
}

/** So many in so many milliseconds. */
export interface Rate {
  readonly count: number;
  readonly millis: number;
}

export const SETTINGS: readonly Setting[] = [
  {
    name: 'dataDir', flag: 'data-dir', variable: 'CODE_INDEX_DATA_DIR', type: 'folder',
    default: 'the data folder of the platform: $XDG_DATA_HOME/code-index or ~/.local/share/code-index, ~/Library/Application Support/code-index, %LOCALAPPDATA%\\code-index',
    text: 'Folder of the database, the clones and the logs.',
  },
  {
    name: 'databaseUrl', flag: null, variable: 'DATABASE_URL', type: 'database_url', default: 'sqlite:<data folder>/code_index.db',
    text: 'Where the index is kept: `sqlite:` and the path of a file, or `postgresql://user:password@host:5432/database` (with `?sslmode=verify-full&sslrootcert=<file>` for TLS, `?schema=<name>` for tables in a schema of their own).',
  },
  {
    name: 'databaseReadUrl', flag: null, variable: 'DATABASE_READ_URL', type: 'database_url', default: 'none: DATABASE_URL answers',
    text: 'For PostgreSQL: a replica that answers questions in `serve`. What is written and who may ask goes to DATABASE_URL.',
  },
  { name: 'dbPassword', flag: null, variable: 'DB_PASSWORD', type: 'text', default: 'none', secret: true, text: 'Password of DATABASE_URL and DATABASE_READ_URL, where they have none.' },
  { name: 'databasePoolSize', flag: null, variable: 'DATABASE_POOL_SIZE', type: 'integer', least: 1, most: 1_000, default: '10', text: 'For PostgreSQL: connections that a process keeps.' },
  { name: 'databasePoolOverflow', flag: null, variable: 'DATABASE_POOL_OVERFLOW', type: 'integer', least: 0, most: 1_000, default: '10', text: 'Connections beyond those, opened for a moment.' },
  { name: 'databasePoolWaitSeconds', flag: null, variable: 'DATABASE_POOL_WAIT_SECONDS', type: 'integer', least: 1, most: 600, default: '30', text: 'Seconds that a question waits for a free connection before it fails.' },
  { name: 'databaseConnectionSeconds', flag: null, variable: 'DATABASE_CONNECTION_SECONDS', type: 'integer', least: 10, most: 604_800, default: '3600', text: 'Seconds after which a connection is replaced.' },
  { name: 'databaseStatementSeconds', flag: null, variable: 'DATABASE_STATEMENT_SECONDS', type: 'integer', least: 1, most: 3_600, default: '30', text: 'Seconds that one statement of a question may take.' },
  {
    name: 'allowedRoots', flag: null, variable: 'MCP_ALLOWED_ROOTS', type: 'folders', default: 'every folder',
    text: 'Folders, separated as in PATH, outside of which nothing is indexed.',
  },
  {
    name: 'repositoryManagement', flag: null, variable: 'ENABLE_REPOSITORY_MANAGEMENT', type: 'boolean', default: 'false',
    text: 'Offers the MCP tools that add, update and remove repositories.',
  },
  {
    name: 'autoCleanup', flag: null, variable: 'REPOSITORY_AUTO_CLEANUP', type: 'boolean', default: 'false',
    text: 'Removes expired repositories whenever something is indexed.',
  },
  {
    name: 'defaultDaysToKeep', flag: null, variable: 'DEFAULT_REPOSITORY_TTL_DAYS', type: 'integer', least: 0, most: 36_500, default: '0',
    text: 'Days that a repository added with `repos add` or `add_reference_repository` is kept when the call names none; 0 keeps it for ever.',
  },
  {
    name: 'threads', flag: 'threads', variable: 'CODE_INDEX_THREADS', type: 'integer', least: 1, most: 256, default: 'as many as the machine has cores',
    text: 'Threads that parse.',
  },
  {
    name: 'embeddingProvider', flag: null, variable: 'EMBEDDING_PROVIDER', type: 'choice', values: ['static', 'http', 'onnx', 'none'], default: 'static',
    text: 'What makes the vectors of meaning: `static`, the model in the package; `http`, an OpenAI-compatible endpoint (OpenAI, Voyage, Ollama, vLLM, LM Studio); `onnx`, a local model folder, with `npm i onnxruntime-node @huggingface/tokenizers`; `none`, words and symbols alone.',
  },
  {
    name: 'embeddingBaseUrl', flag: null, variable: 'EMBEDDING_BASE_URL', type: 'text', default: 'none',
    text: 'For `http`: the address of the endpoint up to `/v1`, for example http://localhost:11434/v1.',
  },
  {
    name: 'embeddingModel', flag: null, variable: 'EMBEDDING_MODEL', type: 'text', default: 'the model in the package',
    text: 'For `http`: the name of the model there. For `onnx`: a folder with model.onnx and tokenizer.json. For `static`: another model file.',
  },
  {
    name: 'embeddingApiKey', flag: null, variable: 'EMBEDDING_API_KEY', type: 'text', default: 'none', secret: true,
    text: 'For `http`: the key that the endpoint wants. It is sent to the host of the base URL alone.',
  },
  {
    name: 'embeddingDimensions', flag: null, variable: 'EMBEDDING_DIMENSIONS', type: 'integer', least: 1, most: 1_024, default: 'as the model makes them',
    text: 'For `http`: the length of vectors, sent as the request parameter `dimensions`. Needed where a model makes more than 1,024 numbers.',
  },
  {
    name: 'embeddingRequestsPerMinute', flag: null, variable: 'EMBEDDING_REQUESTS_PER_MINUTE', type: 'integer', least: 0, most: 1_000_000, default: '0',
    text: 'For `http`: requests begun in a minute at most; 0 is as fast as the endpoint answers.',
  },
  {
    name: 'logLevel', flag: null, variable: 'LOG_LEVEL', type: 'choice', values: LOG_LEVELS, default: '`info` for `serve`, `warn` for `mcp`', reloads: true,
    text: 'What `mcp` and `serve` write to stderr and to their logs. `POST /admin/log-level` changes it in a running server.',
  },
  {
    name: 'logDir', flag: null, variable: 'LOG_DIR', type: 'folder', default: '`logs` in the data folder',
    text: 'Folder of the logs: JSON lines, begun anew at 10 MB, the last five kept.',
  },
  {
    name: 'configFile', flag: 'config', only: ['serve', 'worker'], variable: 'CODE_INDEX_CONFIG', type: 'text', default: 'none',
    text: 'File of lines NAME=value with these variables; a variable of the environment wins over its line. `serve` and `worker` read it again at SIGHUP.',
  },
  {
    name: 'environment', flag: null, variable: 'MCP_ENVIRONMENT', type: 'choice', values: ['development', 'production'], default: 'development',
    text: '`production`: JSON lines on stderr, and errors of the program itself are answered without their details, which the log has.',
  },
  {
    name: 'host', flag: 'host', only: ['serve'], variable: 'HOST', type: 'text', default: '127.0.0.1',
    text: 'Address that `serve` listens on. One that others can reach is refused until authentication is configured.',
  },
  { name: 'port', flag: 'port', only: ['serve'], variable: 'PORT', type: 'integer', least: 0, most: 65_535, default: '8000', text: 'Port that `serve` listens on; 0 takes a free one.' },
  {
    name: 'publicUrl', flag: null, variable: 'PUBLIC_URL', type: 'text', default: 'the address listened on',
    text: 'The address that clients use, where a proxy stands in front: https://code.example.org. Its host is an allowed host and origin.',
  },
  { name: 'allowedHosts', flag: null, variable: 'ALLOWED_HOSTS', type: 'list', default: 'this machine, HOST and PUBLIC_URL', reloads: true, text: 'Further values of the Host header that are answered, with commas: others are refused, against rebinding of DNS names.' },
  { name: 'allowedOrigins', flag: null, variable: 'ALLOWED_ORIGINS', type: 'list', default: 'PUBLIC_URL and this machine', reloads: true, text: 'Further values of the Origin header that are answered, with commas.' },
  { name: 'trustedProxies', flag: null, variable: 'TRUSTED_PROXIES', type: 'list', default: 'none', text: 'Addresses or networks (10.0.0.0/8) whose X-Forwarded-* headers are believed, with commas.' },
  { name: 'tlsCertificateFile', flag: null, variable: 'TLS_CERT_FILE', type: 'text', default: 'none: plain HTTP', text: 'Certificate chain (PEM): `serve` speaks TLS itself. Read again at SIGHUP.' },
  { name: 'tlsKeyFile', flag: null, variable: 'TLS_KEY_FILE', type: 'text', default: 'none', text: 'The key of that certificate (PEM).' },
  {
    name: 'authentication', flag: null, variable: 'AUTHENTICATION', type: 'choice', values: ['auto', 'required', 'off'], default: 'auto',
    text: '`auto`: callers need a token where JWT_SECRET, JWT_JWKS_URL or ADMIN_TOKEN is set or HOST is not this machine alone. `off` is refused where others can reach HOST.',
  },
  { name: 'adminToken', flag: null, variable: 'ADMIN_TOKEN', type: 'text', default: 'none', secret: true, reloads: true, text: 'A bearer token with the role admin, 16 characters or more.' },
  { name: 'jwtSecret', flag: null, variable: 'JWT_SECRET', type: 'text', default: 'none', secret: true, reloads: true, text: 'Secret of HS256 tokens, 32 characters or more. Their claims: `sub`, `exp`, `role` (reader, maintainer, admin; absent: reader), `repositories` (names; absent: all).' },
  { name: 'jwtJwksUrl', flag: null, variable: 'JWT_JWKS_URL', type: 'text', default: 'none', reloads: true, text: 'Key set of an identity provider whose RS256 and ES256 tokens are taken.' },
  { name: 'jwtIssuer', flag: null, variable: 'JWT_ISSUER', type: 'text', default: 'any', reloads: true, text: 'The `iss` that tokens must carry; needed with JWT_JWKS_URL.' },
  { name: 'jwtAudience', flag: null, variable: 'JWT_AUDIENCE', type: 'text', default: 'any', reloads: true, text: 'The `aud` that tokens must carry; needed with JWT_JWKS_URL.' },
  { name: 'rateLimit', flag: null, variable: 'RATE_LIMIT', type: 'rate', default: '1200/minute', reloads: true, text: 'Requests of one identity, and of one address, as `1200/minute` (second, minute, hour) or `off`. The user of this machine without a token is not limited.' },
  { name: 'maxQueryChars', flag: null, variable: 'MAX_QUERY_CHARS', type: 'integer', least: 1, most: 10_000, default: '200', text: 'Characters of a query over REST.' },
  { name: 'maxUploadBytes', flag: null, variable: 'MAX_UPLOAD_BYTES', type: 'integer', least: 1, most: 1_099_511_627_776, default: '268435456', text: 'Bytes of an uploaded archive; unpacked it may have ten times as many.' },
  { name: 'requestSeconds', flag: null, variable: 'REQUEST_TIMEOUT_SECONDS', type: 'integer', least: 1, most: 3_600, default: '30', text: 'Seconds that a request may take to arrive, and a query to be answered.' },
  { name: 'drainSeconds', flag: null, variable: 'DRAIN_SECONDS', type: 'integer', least: 0, most: 3_600, default: '15', text: 'Seconds that requests under way get at SIGTERM before they are cut.' },
  { name: 'gitHosts', flag: null, variable: 'MCP_ALLOWED_GIT_HOSTS', type: 'list', default: 'every host with a public address', reloads: true, text: 'Hosts that may be cloned from, with commas; `*.example.org` for all below.' },
  { name: 'gitSchemes', flag: null, variable: 'MCP_ALLOWED_GIT_SCHEMES', type: 'list', default: 'https,ssh', reloads: true, text: 'Schemes of git URLs that may be cloned: `https`, `ssh`.' },
  { name: 'privateHosts', flag: null, variable: 'MCP_ALLOW_PRIVATE_HOSTS', type: 'boolean', default: 'true on the command line, false in serve', reloads: true, text: 'Clone from hosts with addresses of private networks or of this machine.' },
  { name: 'fetchMinutes', flag: null, variable: 'REPOSITORY_FETCH_MINUTES', type: 'integer', least: 0, most: 525_600, default: '60', reloads: true, text: 'Minutes after which `serve` asks the origin of a clone for news and indexes what changed; 0 is never.' },
  { name: 'maskSecrets', flag: null, variable: 'MASK_SECRETS', type: 'choice', values: ['auto', 'true', 'false'], default: 'auto', text: 'Keys, tokens and passwords are masked in what is stored and answered; `auto`: in `serve`, and in commands beside it.' },
  { name: 'secretsAllowFile', flag: null, variable: 'SECRETS_ALLOW_FILE', type: 'text', default: 'none', text: 'File of lines that name what looks like a secret and is none: a path glob, or `sha256:` and the digest of the text.' },
  { name: 'databaseKey', flag: null, variable: 'DATABASE_KEY', type: 'text', default: 'none: not encrypted', secret: true, text: 'Encrypts the embedded database; needs `npm i better-sqlite3-multiple-ciphers`.' },
  { name: 'databaseKeyFile', flag: null, variable: 'DATABASE_KEY_FILE', type: 'text', default: 'none', text: 'File whose first line is that key.' },
  { name: 'backupDir', flag: null, variable: 'BACKUP_DIR', type: 'folder', default: '`backups` in the data folder', text: 'Folder of `code-index backup`.' },
  { name: 'backupKeepDays', flag: null, variable: 'BACKUP_KEEP_DAYS', type: 'integer', least: 0, most: 36_500, default: '7', text: 'Days after which a new backup removes old ones; 0 keeps all.' },
  { name: 'prometheusEnabled', flag: null, variable: 'PROMETHEUS_ENABLED', type: 'boolean', default: 'true', text: 'Answers /metrics.' },
  { name: 'sentryDsn', flag: null, variable: 'SENTRY_DSN', type: 'text', default: 'none: nothing is sent', secret: true, text: 'Where errors of the program are reported; needs `npm i @sentry/node`.' },
  { name: 'tracesEndpoint', flag: null, variable: 'OTEL_EXPORTER_OTLP_ENDPOINT', type: 'text', default: 'none: nothing is sent', text: 'Where traces are sent by OTLP over HTTP; needs the packages that its error names.' },
  { name: 'redisUrl', flag: null, variable: 'REDIS_URL', type: 'text', default: 'none: what servers share is kept in each process', text: 'Redis of several servers and workers: `redis://host:6379/0`, or `rediss://` with TLS.' },
  { name: 'redisPassword', flag: null, variable: 'REDIS_PASSWORD', type: 'text', default: 'none', secret: true, text: 'The password of that Redis, where REDIS_URL has none.' },
  { name: 'redisPrefix', flag: null, variable: 'REDIS_PREFIX', type: 'text', default: 'code-index', text: 'How all keys in Redis begin: one for each installation that shares a Redis.' },
  {
    name: 'serveJobs', flag: null, variable: 'SERVE_JOBS', type: 'choice', values: ['auto', 'true', 'false'], default: 'auto',
    text: 'Whether `serve` does jobs itself; `auto`: without REDIS_URL it does, with it `code-index worker` does.',
  },
  { name: 'workerConcurrency', flag: 'concurrency', only: ['worker'], variable: 'WORKER_CONCURRENCY', type: 'integer', least: 1, most: 64, default: '1', text: 'Jobs that a worker does at once, of each queue (`indexing`, `symbols`).' },
  { name: 'workerPort', flag: null, variable: 'WORKER_PORT', type: 'integer', least: 0, most: 65_535, default: '0', text: 'Port of HOST at which `worker` answers /health, /ready and /metrics; 0 is none.' },
  { name: 'jobMemoryMegabytes', flag: null, variable: 'JOB_MEMORY_MB', type: 'integer', least: 128, most: 1_048_576, default: '4096', text: 'Megabytes that the process of one job may use; one that uses more is ended and says so.' },
  { name: 'jobsPerMinute', flag: null, variable: 'JOBS_PER_MINUTE', type: 'integer', least: 0, most: 100_000, default: '10', text: 'Jobs that read files of one repository, begun in a minute at most: further ones wait; 0 is any number.' },
];

/** Reads the settings out of flags (which win) and variables. Throws `invalid_query` naming the flag or variable and its value. */
export function readSettings(flags: Readonly<Record<string, string | undefined>>, variables: Readonly<Record<string, string | undefined>>): Settings {
  const values: Record<string, unknown> = {};
  for (const setting of SETTINGS) {
    const given = setting.flag === null ? undefined : flags[setting.flag];
    const raw = given ?? variables[setting.variable];
    const source = given === undefined ? setting.variable : `--${setting.flag}`;
    values[setting.name] = raw === undefined || raw === '' ? absent(setting) : parse(setting, source, raw);
  }
  return values as unknown as Settings;
}

function absent(setting: Setting): unknown {
  switch (setting.type) {
    case 'boolean':
      return setting.default === 'true' ? true : setting.default === 'false' ? false : null;
    case 'folders':
      return [];
    case 'list':
      return setting.name === 'gitSchemes' ? setting.default.split(',') : [];
    case 'rate':
      return rateOf(setting.default);
    case 'choice':
      return setting.values?.includes(setting.default) === true ? setting.default : null;
    case 'integer':
      return /^\d+$/.test(setting.default) ? Number(setting.default) : null;
    default:
      // Where the page names a plain value, that is the default; else the program knows what to do without one.
      return setting.name === 'host' || setting.name === 'redisPrefix' ? setting.default : null;
  }
}

const SERVER_ADDRESS = /^postgres(ql)?:\/\//;

const UNITS: Readonly<Record<string, number>> = { second: 1_000, minute: 60_000, hour: 3_600_000 };

function rateOf(text: string): Rate | null | undefined {
  if (/^(off|0|none)$/i.test(text)) return null;
  const [, count, unit] = /^(\d{1,9})\s*\/\s*(second|minute|hour)s?$/i.exec(text) ?? [];
  return count === undefined || Number(count) === 0 ? undefined : { count: Number(count), millis: UNITS[(unit as string).toLowerCase()] as number };
}

function parse(setting: Setting, source: string, raw: string): unknown {
  const fail = (wanted: string): CodeIndexError =>
    new CodeIndexError('invalid_query', `${source} cannot be ${JSON.stringify(raw)}.`, `Set it to ${wanted}.`);
  switch (setting.type) {
    case 'boolean':
      if (/^(1|true|yes|on)$/i.test(raw)) return true;
      if (/^(0|false|no|off)$/i.test(raw)) return false;
      throw fail('true or false');
    case 'integer': {
      const number = Number(raw);
      const [least, most] = [setting.least ?? 0, setting.most ?? Number.MAX_SAFE_INTEGER];
      if (!Number.isInteger(number) || number < least || number > most) throw fail(`a whole number from ${least} to ${most}`);
      return number;
    }
    case 'choice':
      if (!(setting.values ?? []).includes(raw)) throw fail(`one of ${(setting.values ?? []).join(', ')}`);
      return raw;
    case 'database_url':
      if (setting.name === 'databaseReadUrl' ? SERVER_ADDRESS.test(raw) : raw.startsWith('sqlite:') || SERVER_ADDRESS.test(raw)) return raw;
      // What is wrong may hold a password all the same.
      throw new CodeIndexError('invalid_query', `${source} cannot be an address of ${JSON.stringify(/^[\w+.-]*/.exec(raw)?.[0] ?? '')}.`, `Set it to ${setting.name === 'databaseUrl' ? 'sqlite: and the path of a file, or to ' : ''}postgresql://user:password@host:5432/database.`);
    case 'rate': {
      const rate = rateOf(raw);
      if (rate === undefined) throw fail('a number a second, minute or hour, as 600/minute, or off');
      return rate;
    }
    case 'list':
      return raw.split(',').map((part) => part.trim()).filter((part) => part !== '');
    case 'folders':
      return raw.split(process.platform === 'win32' ? ';' : ':').filter((part) => part !== '');
    default:
      return raw;
  }
}
