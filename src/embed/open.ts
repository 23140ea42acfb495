import { pathToFileURL } from 'node:url';
import { CodeIndexError } from '../base/mod.ts';
import { CachedQuestions } from './cached-questions.ts';
import type { EmbeddingModel } from './port.ts';
import { STATIC_MODEL } from './static/mod.ts';

export const PROVIDERS = ['static', 'http', 'onnx', 'none'] as const;

/** Which model makes the vectors, as the settings say it. */
export interface ModelSettings {
  readonly provider: (typeof PROVIDERS)[number];
  /** `http`: the endpoint. */
  readonly baseUrl?: string;
  /** `http`: the model's name there; `onnx`: a folder; `static`: a file, absent for the one of the package. */
  readonly model?: string;
  readonly key?: string;
  readonly dimensions?: number;
  readonly requestsPerMinute?: number;
}

/**
 * Opens the model that the settings name. What is not used is not loaded. `embedded`: ids of models that made vectors
 * here; where the one that is wanted is among them, an endpoint is not asked how long its vectors are.
 * Errors: `invalid_query` (settings), `unavailable` (a file, a package or an endpoint that is not there).
 */
export async function openModel(settings: ModelSettings, embedded: readonly string[] = []): Promise<EmbeddingModel> {
  switch (settings.provider) {
    case 'static': {
      const { openStaticModel } = await import('./static/mod.ts');
      return openStaticModel(fileOf(settings));
    }
    case 'http': {
      const { openHttpModel, settingsOfHttpModel } = await import('./http/mod.ts');
      if (settings.baseUrl === undefined) throw missing('EMBEDDING_BASE_URL', 'the address that ends in /v1');
      if (settings.model === undefined) throw missing('EMBEDDING_MODEL', 'the name of the model there');
      const { baseUrl, model } = settings;
      const before = embedded.map((id) => settingsOfHttpModel(id, baseUrl)).find((one) => one?.model === model);
      return new CachedQuestions(await openHttpModel({ ...settings, baseUrl, model, ...(before?.length === undefined ? {} : { length: before.length }) }));
    }
    case 'onnx': {
      const { openOnnxModel } = await import('./onnx/mod.ts');
      if (settings.model === undefined) throw missing('EMBEDDING_MODEL', 'a folder with model.onnx and tokenizer.json');
      return new CachedQuestions(await openOnnxModel(settings.model));
    }
    case 'none':
      throw new CodeIndexError('unavailable', 'EMBEDDING_PROVIDER is none.', 'Set it to static to search by meaning.');
  }
}

/**
 * The model with this id, if it can still be opened: its vectors answer while another model's are being made.
 * Null where it is gone (another version of the package, another host, another folder).
 */
export async function openFormerModel(id: string, settings: ModelSettings): Promise<EmbeddingModel | null> {
  if (id.startsWith('http/')) {
    const { openHttpModel, settingsOfHttpModel } = await import('./http/mod.ts');
    const own = settings.baseUrl === undefined ? null : settingsOfHttpModel(id, settings.baseUrl);
    return own === null ? null : new CachedQuestions(await openHttpModel({ ...own, ...(settings.key === undefined ? {} : { key: settings.key }) }));
  }
  if (id.startsWith('onnx/')) return null;
  const { openStaticModel } = await import('./static/mod.ts');
  const model = openStaticModel();
  return model.id === id ? model : null;
}

/** The address of the file that a thread opens the same model from; null for models that work in one place. */
export function threadFileOf(settings: ModelSettings): string | null {
  return settings.provider === 'static' ? fileOf(settings).href : null;
}

function fileOf(settings: ModelSettings): URL {
  return settings.model === undefined ? STATIC_MODEL : pathToFileURL(settings.model);
}

function missing(variable: string, wanted: string): CodeIndexError {
  return new CodeIndexError('invalid_query', `${variable} is not set.`, `Set it to ${wanted}.`);
}
