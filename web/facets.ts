/** Narrowing what was loaded: by repository, language and folder, with counts. */
import { count, h } from './dom.ts';
import type { SearchPlace } from './place.ts';
import type { Result } from './types.ts';

type Chosen = Pick<SearchPlace, 'repositories' | 'languages' | 'folders'>;
type Facet = keyof Chosen;

const FACETS: readonly { readonly facet: Facet; readonly title: string }[] = [
  { facet: 'repositories', title: 'Repository' }, { facet: 'languages', title: 'Language' }, { facet: 'folders', title: 'Folder' },
];
const VALUES_SHOWN = 8;
const DEEPEST = 4;

/** The results that pass the chosen filters. */
export function narrowed(results: readonly Result[], chosen: Chosen): readonly Result[] {
  return FACETS.every(({ facet }) => chosen[facet].length === 0) ? results : results.filter((result) => FACETS.every(({ facet }) => passes(result, facet, chosen[facet])));
}

function passes(result: Result, facet: Facet, values: readonly string[]): boolean {
  if (values.length === 0) return true;
  if (facet === 'repositories') return values.includes(result.repository);
  if (facet === 'languages') return values.includes(result.language);
  return values.some((folder) => (folder === './' ? !result.path.includes('/') : result.path.startsWith(folder)));
}

export interface Facets {
  readonly results: readonly Result[];
  readonly chosen: Chosen;
  /** False: there are more results than were loaded. */
  readonly complete: boolean;
  choose(chosen: Chosen): void;
}

/** The boxes to tick. Counts of one kind are within what the other kinds leave. */
export function drawFacets({ results, chosen, complete, choose }: Facets): readonly HTMLElement[] {
  if (results.length === 0) return [];
  const drawn = FACETS.flatMap(({ facet, title }) => {
    const counts = countsOf(narrowed(results, { ...chosen, [facet]: [] }), facet, foldersDepth(results));
    for (const value of chosen[facet]) if (!counts.has(value)) counts.set(value, 0);
    if (counts.size < 2 && chosen[facet].length === 0) return [];
    return [fieldset(title, [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)), chosen[facet], (values) => choose({ ...chosen, [facet]: values }))];
  });
  if (drawn.length === 0) return [];
  return [...drawn, h('p', { class: 'facets-note' }, complete ? `Counts of all ${count(results.length)} results.` : `Counts of the first ${count(results.length)} results; there are more. To narrow all of them write repo:, lang: or path: into the query.`)];
}

function fieldset(title: string, values: readonly (readonly [string, number])[], chosen: readonly string[], choose: (values: readonly string[]) => void): HTMLElement {
  const options = values.map(([value, number]) => {
    const box = h('input', { type: 'checkbox', checked: chosen.includes(value), 'data-facet': `${title}:${value}`, onchange: () => choose(box.checked ? [...chosen, value] : chosen.filter((one) => one !== value)) });
    return h('label', { class: 'facet' }, box, h('span', { class: 'facet-name', title: value }, value), h('span', { class: 'facet-count' }, count(number)));
  });
  const rest = options.slice(VALUES_SHOWN);
  return h('fieldset', { class: 'facets' }, h('legend', {}, title), ...options.slice(0, VALUES_SHOWN),
    rest.length === 0 ? null : h('details', { class: 'facet-rest' }, h('summary', {}, `${count(rest.length)} more`), ...rest));
}

function countsOf(results: readonly Result[], facet: Facet, depth: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (const result of results) {
    const value = facet === 'repositories' ? result.repository : facet === 'languages' ? result.language : folderOf(result.path, depth);
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return counts;
}

/** Files of the root stand together as `./`. */
function folderOf(path: string, depth: number): string {
  const parts = path.split('/').slice(0, -1).slice(0, depth);
  return parts.length === 0 ? './' : `${parts.join('/')}/`;
}

/** The least depth at which folders differ. */
function foldersDepth(results: readonly Result[]): number {
  for (let depth = 1; depth < DEEPEST; depth++) if (new Set(results.map(({ path }) => folderOf(path, depth))).size > 1) return depth;
  return 1;
}
