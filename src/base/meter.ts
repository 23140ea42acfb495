/**
 * What is counted and timed, as data. Floors report to a `Meter`; only the surface that shows figures knows the library
 * behind it. A metric that is not in this table does not exist; one that is in it moves (test/metrics.test.ts).
 */
export const METRICS = {
  mcp_requests_total: { kind: 'counter', labels: ['method', 'endpoint', 'status'], text: 'HTTP requests answered.' },
  mcp_request_duration_seconds: { kind: 'histogram', labels: ['method', 'endpoint'], text: 'Seconds from the first byte of a request to the last of its answer.' },
  mcp_active_connections: { kind: 'gauge', labels: [], text: 'Connections that are open.' },
  mcp_index_queue_size: { kind: 'gauge', labels: [], text: 'Jobs that wait or run.' },
  code_index_operations_total: { kind: 'counter', labels: ['operation', 'surface', 'outcome'], text: 'Operations by outcome: `done` or the code of the error.' },
  code_index_operation_duration_seconds: { kind: 'histogram', labels: ['operation'], text: 'Seconds that an operation took.' },
  code_index_cache_requests_total: { kind: 'counter', labels: ['outcome', 'level'], text: 'Questions that the cache of answers was asked: `hit` (level `process` or, in Redis, `shared`) or `miss` (level `none`).' },
  code_index_shared_requests_total: { kind: 'counter', labels: ['part', 'outcome'], text: 'Use of what servers share: `rates`, `answers`, `news`; `done`, or `failed` where Redis did not answer and this process went on alone.' },
  code_index_jobs_total: { kind: 'counter', labels: ['kind', 'outcome'], text: 'Jobs that ended.' },
  code_index_dead_jobs: { kind: 'gauge', labels: [], text: 'Jobs that failed and were not begun anew, 1,000 at most.' },
  code_index_job_duration_seconds: { kind: 'histogram', labels: ['kind'], text: 'Seconds that a job ran.' },
  code_index_sessions: { kind: 'gauge', labels: [], text: 'MCP sessions of this machine that share this server.' },
  code_index_authentication_failures_total: { kind: 'counter', labels: ['reason'], text: 'Requests refused for what they said of themselves.' },
  code_index_rate_limited_total: { kind: 'counter', labels: ['by'], text: 'Requests refused by a rate limit: by `identity` or `address`.' },
  code_index_repositories: { kind: 'gauge', labels: [], text: 'Repositories that are indexed.' },
  code_index_files: { kind: 'gauge', labels: [], text: 'Files that can be searched.' },
  code_index_vectors: { kind: 'gauge', labels: [], text: 'Vectors that are stored.' },
  code_index_database_connections: { kind: 'gauge', labels: ['state'], text: 'Connections of this process to the database: `busy`, `idle`, and questions `waiting` for one. An embedded database has none.' },
  code_index_database_query_seconds: { kind: 'histogram', labels: [], text: 'Seconds that a statement of a question took on the database server, waiting for a connection included.' },
  code_index_database_bytes: { kind: 'gauge', labels: [], text: 'Bytes of the database.' },
  code_index_fetch_age_seconds: { kind: 'gauge', labels: [], text: 'Seconds since an origin was asked for news, of the clone that waits longest; 0 without clones.' },
  code_index_fetch_failures: { kind: 'gauge', labels: [], text: 'Clones whose origin did not answer when it was asked last.' },
  code_index_backup_age_seconds: { kind: 'gauge', labels: [], text: 'Seconds since the newest backup was begun; +Inf where there is none.' },
  code_index_disk_free_bytes: { kind: 'gauge', labels: [], text: 'Bytes free on the disk of the data folder.' },
} as const;

export type MetricName = keyof typeof METRICS;
export type MetricLabels<Name extends MetricName> = Readonly<Record<(typeof METRICS)[Name]['labels'][number], string>>;

export interface Meter {
  /** Counters grow by one. */
  count<Name extends MetricName>(name: Name, labels: MetricLabels<Name>): void;
  /** Histograms take one more value, gauges become it. */
  set<Name extends MetricName>(name: Name, value: number, labels: MetricLabels<Name>): void;
}

/** Where nobody looks. */
export const NO_METER: Meter = { count: () => {}, set: () => {} };
