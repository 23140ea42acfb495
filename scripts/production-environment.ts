/**
 * deploy/.env.production.example: what deploy/docker-compose.production.yml is given. Settings of the program come from
 * its table; what only the other services know is the small table below.
 */
import { SETTINGS } from '../src/app/flags.ts';

export interface DeploymentVariable {
  readonly variable: string;
  readonly default: string;
  readonly text: string;
}

/** Variables of the compose file that are no settings of the program. */
export const DEPLOYMENT_VARIABLES: readonly DeploymentVariable[] = [
  { variable: 'GRAFANA_ADMIN_PASSWORD', default: 'none: must be set', text: 'Password of `admin` in Grafana.' },
  { variable: 'MCP_IMAGE', default: 'mcp-server:production', text: 'Image of servers and workers; built from deploy/Dockerfile.production where there is none of this name.' },
  { variable: 'BACKUP_IMAGE', default: 'mcp-backup:production', text: 'Image of the backups; built from deploy/Dockerfile.backup where there is none of this name.' },
  { variable: 'NODE_IMAGE', default: 'node:24-bookworm-slim', text: 'Base that the image is built on.' },
  { variable: 'POSTGRES_IMAGE', default: 'pgvector/pgvector:pg16', text: 'PostgreSQL 15 or newer with pgvector, made from Debian.' },
  { variable: 'REDIS_IMAGE', default: 'redis:7.4-alpine', text: 'Redis 7 or newer.' },
  { variable: 'NGINX_IMAGE', default: 'nginx:1.28-alpine', text: 'nginx 1.22 or newer.' },
  { variable: 'PROMETHEUS_IMAGE', default: 'prom/prometheus:v3.5.0', text: 'Prometheus.' },
  { variable: 'GRAFANA_IMAGE', default: 'grafana/grafana:12.1.1', text: 'Grafana.' },
  { variable: 'LOKI_IMAGE', default: 'grafana/loki:3.5.3', text: 'Loki.' },
  { variable: 'ALLOY_IMAGE', default: 'grafana/alloy:v1.10.2', text: 'Alloy, which brings logs to Loki.' },
  { variable: 'NPM_CONFIG_REGISTRY', default: "npm's own", text: 'Mirror that packages are taken from while the image is built.' },
  { variable: 'EDGE_NETWORK', default: '172.30.88', text: 'First three numbers of the network between nginx and the servers; another one where these are taken.' },
  { variable: 'SERVER_MEMORY', default: '2g', text: 'Memory that one server may take.' },
  { variable: 'WORKER_MEMORY', default: '3g', text: 'Memory that one worker may take: twice JOB_MEMORY_MB, and half a gigabyte.' },
  { variable: 'POSTGRES_MEMORY', default: '4g', text: 'Memory that PostgreSQL may take.' },
  { variable: 'POSTGRES_SHARED_BUFFERS', default: '1GB', text: 'A quarter of that.' },
  { variable: 'POSTGRES_EFFECTIVE_CACHE_SIZE', default: '3GB', text: 'Three quarters of that.' },
  { variable: 'S3_ENDPOINT', default: 'none: backups stay in their volume', text: 'Address of a store that speaks S3, for the backups of PostgreSQL.' },
  { variable: 'S3_BUCKET', default: 'none', text: 'Bucket there, which must exist.' },
  { variable: 'S3_REGION', default: 'us-east-1', text: 'Region of the bucket.' },
  { variable: 'S3_PREFIX', default: 'postgres', text: 'What the names of backups begin with.' },
  { variable: 'S3_ACCESS_KEY_ID', default: 'none', text: 'Name of the key for the bucket.' },
  { variable: 'S3_SECRET_ACCESS_KEY', default: 'none', text: 'The key itself.' },
];

/** A variable that stands with its value, `null` for one that is left out until somebody wants it. */
type Line = readonly [variable: string, value: string | null];

/** What the deployment guide sets, in its order. Empty values are secrets: deploy/prepare.sh fills them in. */
const HEAD: readonly { readonly title: string; readonly lines: readonly Line[] }[] = [
  { title: 'Core', lines: [['MCP_ENVIRONMENT', 'production'], ['PUBLIC_URL', 'https://localhost']] },
  { title: 'Repository management', lines: [['ENABLE_REPOSITORY_MANAGEMENT', 'true'], ['REPOSITORY_AUTO_CLEANUP', 'true'], ['DEFAULT_REPOSITORY_TTL_DAYS', '30']] },
  { title: 'Security', lines: [['DB_PASSWORD', ''], ['REDIS_PASSWORD', ''], ['GRAFANA_ADMIN_PASSWORD', ''], ['ADMIN_TOKEN', ''], ['JWT_SECRET', '']] },
  { title: 'Database and queue elsewhere than in this compose file', lines: [['DATABASE_URL', null], ['REDIS_URL', null]] },
  { title: 'Monitoring', lines: [['SENTRY_DSN', null], ['PROMETHEUS_ENABLED', 'true']] },
];

/** Settled by the image or the compose file: what is mounted where, and which process listens where. */
export const SETTLED: readonly string[] = ['CODE_INDEX_DATA_DIR', 'CODE_INDEX_CONFIG', 'HOST', 'PORT', 'WORKER_PORT', 'LOG_DIR', 'BACKUP_DIR', 'MCP_ALLOWED_ROOTS', 'TRUSTED_PROXIES', 'TLS_CERT_FILE', 'TLS_KEY_FILE'];

export function productionExample(): string {
  const known = new Map([...DEPLOYMENT_VARIABLES, ...SETTINGS].map((one): [string, DeploymentVariable] => [one.variable, one]));
  const placed = new Set([...SETTLED, ...HEAD.flatMap(({ lines }) => lines.map(([variable]) => variable))]);
  const rest = (all: readonly DeploymentVariable[]): Line[] => all.filter(({ variable }) => !placed.has(variable)).map(({ variable }) => [variable, null]);
  const entry = ([variable, value]: Line): string[] => {
    const told = known.get(variable);
    if (told === undefined) return [];
    return [value === null ? `# ${told.text}\n# Default: ${told.default}\n# ${variable}=` : `# ${told.text}\n${variable}=${value}`];
  };
  const sections = [...HEAD, { title: 'The other services', lines: rest(DEPLOYMENT_VARIABLES) }, { title: 'Further settings of servers and workers', lines: rest(SETTINGS) }];
  const texts = sections.map(({ title, lines }) => `# ---- ${title} ----\n\n${lines.flatMap(entry).join('\n\n')}\n`);
  return `# Made by scripts/generate.ts from src/app/flags.ts and scripts/production-environment.ts.
# deploy/prepare.sh makes .env.production of it, with secrets of its own where values are empty. Keep that file to yourself.

${texts.join('\n')}`;
}
