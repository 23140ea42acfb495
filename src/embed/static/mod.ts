/** "What does this text mean, by the words it is made of?" Our own model: a table of word vectors in the package, no key, no network, microseconds a text. */
export { Lexicon, HASH_ROWS } from './lexicon.ts';
export { MODEL_VERSION, readModel, writeModel, type FieldWeights, type StaticWeights } from './model-file.ts';
export { openStaticModel, STATIC_MODEL, StaticModel } from './model.ts';
