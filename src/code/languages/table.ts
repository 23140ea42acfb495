import type { Language } from './language.ts';
import { MAJOR_LANGUAGES } from './major.ts';
import { MORE_LANGUAGES } from './more.ts';

/** Every language that is known, whatever the reach of its facts. */
export const LANGUAGES: readonly Language[] = [...MAJOR_LANGUAGES, ...MORE_LANGUAGES];
