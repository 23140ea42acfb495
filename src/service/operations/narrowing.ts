import type { Field } from '../fields.ts';
import type { Service } from '../service.ts';
import type { Narrowing } from '../../search/mod.ts';

/** Narrowing as faces take it: names, one or several. */
export interface NarrowingInput {
  readonly repository?: readonly string[];
  readonly branch?: readonly string[];
  readonly path?: readonly string[];
  readonly language?: readonly string[];
}

export const REPOSITORY: Field = { kind: 'texts', shownAs: 'text', flag: 'repo', text: 'name; * is all' };
export const BRANCH: Field = { kind: 'texts', shownAs: 'text', text: '' };
export const PATH: Field = { kind: 'texts', shownAs: 'text', text: 'glob, folder or file' };
/** What names of languages are made of; C++, C#, objective-c. */
export const LANGUAGE_PATTERN = '[A-Za-z0-9_+#.-]+';
export const LANGUAGE: Field = { kind: 'texts', shownAs: 'text', flag: 'lang', pattern: LANGUAGE_PATTERN, text: '' };

/** Fills in the workspace, which is what is searched when no repository is named. */
export async function narrowing(service: Service, input: NarrowingInput): Promise<Narrowing> {
  const repositories = input.repository ?? [];
  return {
    repositories,
    ...(repositories.length === 0 ? { workspace: await service.workspace() } : {}),
    ...(input.branch === undefined ? {} : { branches: input.branch }),
    ...(input.path === undefined ? {} : { paths: input.path }),
    ...(input.language === undefined ? {} : { languages: input.language }),
  };
}
