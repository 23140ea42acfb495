/**
 * embed: "What does this text mean?"
 * Models behind one port: our static model in the package, an HTTP endpoint, a local ONNX folder. Knows neither the
 * store nor repositories; what is embedded, when, and what is compared with it is decided above.
 */
export { meaningLeftOut, type AskMeaning, type Meaning } from './meaning.ts';
export { openFormerModel, openModel, PROVIDERS, threadFileOf, type ModelSettings } from './open.ts';
export type { EmbeddingModel, FileToEmbed } from './port.ts';
export { openStaticModel, STATIC_MODEL, StaticModel } from './static/mod.ts';
