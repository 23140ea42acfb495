/**
 * The one table of settings. It makes the validation of flags and variables, the help text, `.env.example` and
 * docs/reference/settings.md. A setting that is not in this table does not exist; one that is in it works.
 */
import { CodeIndexError } from '../base/mod.ts';

export type SettingType = 'text' | 'folder' | 'folders' | 'integer' | 'boolean' | 'database_url' | 'choice';

export interface Setting {
  readonly name: keyof Settings;
  /** Without the dashes; null where only the variable is read. */
  readonly flag: string | null;
  readonly variable: string;
  readonly type: SettingType;
  readonly values?: readonly string[];
  readonly least?: number;
  readonly most?: number;
  /** As it stands in the reference page. */
  readonly default: string;
  readonly text: string;
}

export interface Settings {
  readonly dataDir: string | null;
  readonly databaseUrl: string | null;
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
  readonly logLevel: string;
}

export const SETTINGS: readonly Setting[] = [
  {
    name: 'dataDir', flag: 'data-dir', variable: 'CODE_INDEX_DATA_DIR', type: 'folder',
    default: 'the data folder of the platform: $XDG_DATA_HOME/code-index or ~/.local/share/code-index, ~/Library/Application Support/code-index, %LOCALAPPDATA%\\code-index',
    text: 'Folder of the database, the clones and the logs.',
  },
  {
    name: 'databaseUrl', flag: null, variable: 'DATABASE_URL', type: 'database_url', default: 'sqlite:<data folder>/code_index.db',
    text: 'Where the index is kept: `sqlite:` and the path of a file.',
  },
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
    name: 'embeddingApiKey', flag: null, variable: 'EMBEDDING_API_KEY', type: 'text', default: 'none',
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
    name: 'logLevel', flag: null, variable: 'LOG_LEVEL', type: 'choice', values: ['debug', 'info', 'warn', 'error'], default: 'warn',
    text: 'What `mcp` writes to stderr and to `logs/mcp.log` in the data folder.',
  },
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
      return false;
    case 'folders':
      return [];
    case 'choice':
      return setting.default;
    case 'integer':
      return /^\d+$/.test(setting.default) ? Number(setting.default) : null;
    default:
      return null;
  }
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
      if (!raw.startsWith('sqlite:')) throw fail('sqlite: and the path of a file');
      return raw;
    case 'folders':
      return raw.split(process.platform === 'win32' ? ';' : ':').filter((part) => part !== '');
    default:
      return raw;
  }
}
