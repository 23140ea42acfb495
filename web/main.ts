/** The page: which view an address shows, keys that work everywhere, and the theme. */
import { byId } from './dom.ts';
import { FileView } from './file.ts';
import { onGo, link } from './link.ts';
import { NOWHERE, addressOf, placeOf, type Place } from './place.ts';
import { SearchView } from './search.ts';
import type { RepositoriesView } from './repositories.ts';

const search = new SearchView();
const file = new FileView();
let repositories: RepositoriesView | null = null;
let shown: Place = NOWHERE;

/** Where each step of the history was scrolled to. */
interface Step { readonly scroll?: number }

function arrive(place: Place, scroll: number): void {
  if (shown.view === 'file' && place.view !== 'file') file.leave();
  if (shown.view === 'repositories' && place.view !== 'repositories') repositories?.leave();
  shown = place;
  for (const name of ['search', 'file', 'repositories'] as const) byId(`${name}-view`).hidden = name !== place.view;
  document.documentElement.dataset['view'] = place.view;
  byId('to-repositories').toggleAttribute('aria-current', place.view === 'repositories');
  if (place.view === 'search') {
    search.show(place);
    window.scrollTo(0, scroll);
  } else if (place.view === 'file') {
    file.show(place);
  } else {
    void showRepositories();
  }
}

/** Loaded when first wanted: most visits search. */
async function showRepositories(): Promise<void> {
  const { RepositoriesView: View } = await import('./repositories.ts');
  repositories ??= new View();
  if (shown.view === 'repositories') repositories.show();
}

onGo((place, how = 'push') => {
  const address = addressOf(place);
  const here = location.pathname + location.search + location.hash;
  if (how === 'push' && address !== here) {
    history.replaceState({ scroll: window.scrollY } satisfies Step, '');
    history.pushState({} satisfies Step, '', address);
  } else {
    history.replaceState(history.state, '', address);
  }
  arrive(place, place.view === shown.view ? window.scrollY : 0);
});
window.addEventListener('popstate', (event) => arrive(placeOf(new URL(location.href)), (event.state as Step | null)?.scroll ?? 0));

let noting: ReturnType<typeof setTimeout> | undefined;
window.addEventListener('scroll', () => {
  clearTimeout(noting);
  noting = setTimeout(() => history.replaceState({ scroll: window.scrollY } satisfies Step, ''), 150);
}, { passive: true });

function focusBox(text?: string): void {
  const input = byId<HTMLInputElement>('query');
  if (text !== undefined && !input.value.includes(text)) input.value = `${text}${input.value}`;
  input.focus();
  if (text === undefined) input.select();
  else input.setSelectionRange(text.length, text.length);
}

const EVERYWHERE: Readonly<Record<string, () => void>> = {
  '/': () => focusBox(), f: () => focusBox('path:'), '?': () => byId<HTMLDialogElement>('keys').showModal(),
  r: () => byId('to-repositories').click(), t: () => byId('theme').click(), u: () => history.back(),
};

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector('dialog[open]') !== null) return;
  const active = document.activeElement as HTMLElement | null;
  const typing = active !== null && (active.matches('input:not([type=checkbox],[type=radio]), textarea, select') || active.isContentEditable);
  if (event.key === 'Escape') return escape(active, typing);
  // Arrows belong to groups of options; letters do not.
  if (active?.matches('input[type=radio]') === true && event.key.startsWith('Arrow')) return;
  if (typing && active?.id !== 'query') return;
  const view = shown.view === 'search' ? search : shown.view === 'file' ? file : null;
  if (view !== null && (!typing || view === search) && view.key(event)) return event.preventDefault();
  const act = typing ? undefined : EVERYWHERE[event.key];
  if (act === undefined) return;
  event.preventDefault();
  act();
});

function escape(active: HTMLElement | null, typing: boolean): void {
  if (typing) active?.blur();
  else if (shown.view === 'file') file.escape();
}

/** System, light, dark: the choice is kept in this browser. */
const THEMES = ['system', 'light', 'dark'] as const;

function setUpTheme(): void {
  const button = byId('theme');
  const root = document.documentElement;
  const label = (): void => {
    const theme = root.dataset['theme'] ?? 'system';
    button.setAttribute('aria-label', `Theme: ${theme}`);
    button.title = `Theme: ${theme}`;
  };
  button.addEventListener('click', () => {
    const next = THEMES[(THEMES.findIndex((one) => one === (root.dataset['theme'] ?? 'system')) + 1) % THEMES.length] as (typeof THEMES)[number];
    if (next === 'system') delete root.dataset['theme'];
    else root.dataset['theme'] = next;
    try {
      localStorage.setItem('code-index-theme', next);
    } catch {
      // The choice then lasts as long as the page.
    }
    label();
  });
  label();
}

function setUpLinks(): void {
  for (const [id, place] of [['to-start', NOWHERE], ['to-repositories', { view: 'repositories' }]] as const) {
    const old = byId(id);
    const made = link(place, { id, class: old.className }, ...old.childNodes);
    old.replaceWith(made);
  }
  byId('show-keys').addEventListener('click', () => byId<HTMLDialogElement>('keys').showModal());
  byId<HTMLDialogElement>('keys').addEventListener('click', (event) => {
    if (event.target === event.currentTarget) byId<HTMLDialogElement>('keys').close();
  });
}

history.scrollRestoration = 'manual';
// Filters stand open beside results, and closed above them on a phone.
byId<HTMLDetailsElement>('facets-box').open = window.matchMedia('(min-width: 60rem)').matches;
setUpTheme();
setUpLinks();
arrive(placeOf(new URL(location.href)), (history.state as Step | null)?.scroll ?? 0);
if (shown.view === 'search' && shown.query === '') byId('query').focus();
