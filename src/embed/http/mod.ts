/** "What does this text mean to a model behind an OpenAI-compatible endpoint?" The key goes to that host alone, and into no sentence. */
export { openHttpModel, settingsOfHttpModel } from './model.ts';
export type { HttpModelSettings } from './settings.ts';
