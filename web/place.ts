/** Where the user is, as an address: permanent, and the whole state of the page. */

export const MODES = ['auto', 'text', 'regex', 'symbol', 'semantic', 'hybrid'] as const;
export type Mode = (typeof MODES)[number];

export interface Lines { readonly start: number; readonly end: number }

/** What similar code is asked for: these lines. */
export interface Sample extends Lines { readonly repository: string; readonly path: string }

export interface SearchPlace {
  readonly view: 'search';
  readonly query: string;
  readonly mode: Mode;
  readonly sample: Sample | null;
  /** Chosen filters, within what was loaded. */
  readonly repositories: readonly string[];
  readonly languages: readonly string[];
  readonly folders: readonly string[];
}

export interface FilePlace {
  readonly view: 'file';
  readonly repository: string;
  readonly path: string;
  readonly branch: string | null;
  readonly lines: Lines | null;
}

export type Place = SearchPlace | FilePlace | { readonly view: 'repositories' };

export const NOWHERE: SearchPlace = { view: 'search', query: '', mode: 'auto', sample: null, repositories: [], languages: [], folders: [] };

export function placeOf(url: URL): Place {
  if (url.pathname === '/repositories') return { view: 'repositories' };
  if (url.pathname.startsWith('/files/')) {
    const [repository = '', ...path] = url.pathname.slice('/files/'.length).split('/').map(decoded);
    return { view: 'file', repository, path: path.join('/'), branch: url.searchParams.get('branch'), lines: linesOf(url.hash) };
  }
  const all = url.searchParams;
  const mode = MODES.find((one) => one === all.get('mode')) ?? 'auto';
  return {
    view: 'search', query: all.get('q') ?? '', mode, sample: sampleOf(all),
    repositories: all.getAll('repo'), languages: all.getAll('lang'), folders: all.getAll('dir'),
  };
}

function sampleOf(all: URLSearchParams): Sample | null {
  const [repository, path, lines] = [all.get('like_repo'), all.get('like_path'), linesOf(`#L${all.get('like_lines') ?? ''}`)];
  return repository === null || path === null || lines === null ? null : { repository, path, ...lines };
}

export function linesOf(hash: string): Lines | null {
  const [, first, last] = /^#L(\d{1,9})(?:-L?(\d{1,9}))?$/.exec(hash) ?? [];
  if (first === undefined) return null;
  const [a, b] = [Math.max(1, Number(first)), Math.max(1, Number(last ?? first))];
  return { start: Math.min(a, b), end: Math.max(a, b) };
}

export function hashOf(lines: Lines | null): string {
  return lines === null ? '' : lines.start === lines.end ? `#L${lines.start}` : `#L${lines.start}-L${lines.end}`;
}

export function addressOf(place: Place): string {
  if (place.view === 'repositories') return '/repositories';
  if (place.view === 'file') return fileAddress(place);
  const all = new URLSearchParams();
  if (place.query !== '') all.set('q', place.query);
  if (place.mode !== 'auto') all.set('mode', place.mode);
  if (place.sample !== null) {
    all.set('like_repo', place.sample.repository);
    all.set('like_path', place.sample.path);
    all.set('like_lines', hashOf(place.sample).slice(2));
  }
  for (const one of place.repositories) all.append('repo', one);
  for (const one of place.languages) all.append('lang', one);
  for (const one of place.folders) all.append('dir', one);
  return all.size === 0 ? '/' : `/?${all}`;
}

export function fileAddress({ repository, path, branch, lines }: Omit<FilePlace, 'view'>): string {
  const segments = [repository, ...path.split('/')].map(encodeURIComponent).join('/');
  return `/files/${segments}${branch === null ? '' : `?branch=${encodeURIComponent(branch)}`}${hashOf(lines)}`;
}

/** A value as filters of the query language take it. */
export function quoted(text: string): string {
  return /[\s"()]/.test(text) ? JSON.stringify(text) : text;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
