/** "What does this text mean to a model in a local folder?" Its packages are optional and loaded when one is opened. */
export { openOnnxModel } from './model.ts';
