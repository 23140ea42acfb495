import type { Language } from './language.ts';

/** Every language outside `./major.ts`. */
export const MORE_LANGUAGES: readonly Language[] = [];
