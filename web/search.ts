/** The search view: what is typed is asked at once, old results stay until new ones come. */
import { ask, isAbort, withParameters } from './api.ts';
import { announce, byId, counted, h, replace } from './dom.ts';
import { drawFacets, narrowed } from './facets.ts';
import { faultBox } from './fault.ts';
import { go, link } from './link.ts';
import { MODES, NOWHERE, hashOf, type Mode, type Sample, type SearchPlace } from './place.ts';
import { drawResults } from './results.ts';
import { coverageOf, behind, totalOf } from './told.ts';
import type { Answer, Result } from './types.ts';
import { welcome } from './welcome.ts';

/** A pause in typing that is worth a question. */
const TYPING_MILLIS = 60;
/** After this the query is a step of its own for the back button. */
const SETTLED_MILLIS = 1_500;
const FIRST_PAGE = 20;
/** What filters count over. */
const LOADED = 200;
/** Answers kept, so that going back shows at once. */
const KEPT = 12;

export class SearchView {
  readonly element: HTMLElement = byId('search-view');
  readonly #input = byId<HTMLInputElement>('query');
  readonly #status = byId('status');
  readonly #list = byId('results');
  readonly #facets = byId('facets');
  readonly #facetsBox = byId<HTMLDetailsElement>('facets-box');
  readonly #foot = byId('foot');
  readonly #kept = new Map<string, Answer>();
  #place: SearchPlace = NOWHERE;
  /** What is asked or shown: query, mode and sample, without filters. */
  #asked = '';
  #asking: AbortController | null = null;
  #answer: Answer | null = null;
  #results: readonly Result[] = [];
  #cursor: string | null = null;
  #deep = false;
  #shown = FIRST_PAGE;
  #typing: ReturnType<typeof setTimeout> | undefined;
  #settling: ReturnType<typeof setTimeout> | undefined;
  #settled = true;

  constructor() {
    this.#input.addEventListener('input', () => this.#typed());
    byId('search-form').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#settled = true;
      this.#commit({ ...this.#place, query: this.#input.value, sample: null });
    });
    for (const mode of MODES) byId(`mode-${mode}`).addEventListener('change', () => this.#commit({ ...this.#place, query: this.#input.value, mode, sample: null }));
    this.#facetsBox.addEventListener('toggle', () => {
      if (this.#facetsBox.open) void this.#load();
    });
  }

  /** Shows a place; what is there already is not asked again. */
  show(place: SearchPlace): void {
    this.#place = place;
    if (document.activeElement !== this.#input || this.#input.value.trim() !== place.query.trim()) this.#input.value = place.query;
    byId<HTMLInputElement>(`mode-${place.mode}`).checked = true;
    document.title = place.sample !== null ? `Like ${place.sample.path} · code-index` : place.query === '' ? 'code-index' : `${place.query} · code-index`;
    const asked = keyOf(place);
    if (asked === this.#asked) this.#draw();
    else void this.#ask(asked);
  }

  #typed(): void {
    clearTimeout(this.#typing);
    clearTimeout(this.#settling);
    this.#typing = setTimeout(() => this.#commit({ ...NOWHERE, query: this.#input.value, mode: this.#place.mode }), TYPING_MILLIS);
    this.#settling = setTimeout(() => (this.#settled = true), SETTLED_MILLIS);
  }

  #commit(place: SearchPlace): void {
    clearTimeout(this.#typing);
    const how = this.#settled ? 'push' : 'replace';
    this.#settled = false;
    go(place, how);
  }

  async #ask(asked: string): Promise<void> {
    this.#asking?.abort();
    this.#asked = asked;
    const { query, sample } = this.#place;
    if (query.trim() === '' && sample === null) return this.#take(null);
    const kept = this.#kept.get(asked);
    if (kept !== undefined) return this.#take(kept);
    const asking = (this.#asking = new AbortController());
    this.element.setAttribute('aria-busy', 'true');
    try {
      this.#take(await this.#request(FIRST_PAGE, asking.signal));
    } catch (error) {
      if (isAbort(error) || asking.signal.aborted) return;
      this.#asked = '';
      this.#fail(error);
    }
  }

  #request(limit: number, signal: AbortSignal, cursor: string | null = null): Promise<Answer> {
    const { query, mode, sample } = this.#place;
    return sample === null
      ? ask<Answer>('/api/search', { query, mode: mode === 'auto' ? null : mode, limit, cursor, repository: '*' }, { signal })
      : ask<Answer>('/api/similar', { repository: sample.repository, path: sample.path, start_line: sample.start, end_line: sample.end, repositories: '*', limit }, { signal });
  }

  #take(answer: Answer | null): void {
    this.element.removeAttribute('aria-busy');
    this.#answer = answer;
    this.#results = answer?.results ?? [];
    this.#cursor = answer?.nextCursor ?? null;
    this.#deep = this.#results.length < FIRST_PAGE || this.#results.length >= LOADED;
    this.#shown = FIRST_PAGE;
    if (answer !== null) this.#keep(answer);
    this.#draw();
    if (answer !== null && !this.#deep && this.#facetsBox.open) setTimeout(() => void this.#load(), 120);
  }

  #keep(answer: Answer): void {
    this.#kept.delete(this.#asked);
    this.#kept.set(this.#asked, answer);
    if (this.#kept.size > KEPT) this.#kept.delete(this.#kept.keys().next().value as string);
  }

  /** Loads what filters count over; the list stays as it is unless its head changed. */
  async #load(): Promise<void> {
    const { answer, asked } = { answer: this.#answer, asked: this.#asked };
    if (this.#deep || answer === null || this.#asking?.signal.aborted === true) return;
    this.#deep = true;
    const asking = (this.#asking ??= new AbortController());
    try {
      const deep = await this.#request(LOADED, asking.signal);
      if (asked !== this.#asked) return;
      const same = sameHead(deep.results, this.#results);
      [this.#results, this.#cursor] = [deep.results, deep.nextCursor];
      this.#answer = { ...deep, tookMs: answer.tookMs };
      this.#keep(this.#answer);
      this.#draw(same);
    } catch (error) {
      if (!isAbort(error) && asked === this.#asked) this.#draw(true);
    }
  }

  #fail(error: unknown): void {
    this.element.removeAttribute('aria-busy');
    this.#answer = null;
    this.#results = [];
    this.#status.replaceChildren();
    this.#facets.replaceChildren();
    this.#foot.replaceChildren();
    replace(this.#list, faultBox(error));
  }

  #draw(listStays = false): void {
    const answer = this.#answer;
    if (answer === null) {
      this.#status.replaceChildren();
      this.#facets.replaceChildren();
      this.#foot.replaceChildren();
      this.#facetsBox.hidden = true;
      return replace(this.#list, welcome());
    }
    const results = narrowed(this.#results, this.#place);
    const complete = this.#cursor === null && answer.total.value <= this.#results.length;
    const left = results === this.#results ? '' : ` · ${counted(results.length, 'result')} of the ${complete ? '' : 'first '}${this.#results.length} pass the filters`;
    replace(this.#status, this.#place.sample === null ? null : sampleLine(this.#place.sample), h('span', {}, totalOf(answer) + left));
    announce(totalOf(answer) + left);
    // Counts of a first page would jump a moment later; those of before stay until then.
    const coming = !this.#deep && this.#facetsBox.open;
    if (!coming) replace(this.#facets, ...drawFacets({ results: this.#results, chosen: this.#place, complete, choose: (chosen) => go({ ...this.#place, ...chosen }, 'push') }));
    this.#facetsBox.hidden = this.#results.length === 0;
    this.#facets.toggleAttribute('inert', coming);
    if (listStays && results === this.#results) return this.#drawFoot(results, answer);
    this.#fill(results.length === 0 ? [absence(answer, this.#results.length)] : drawResults(results.slice(0, this.#shown)));
    this.#drawFoot(results, answer);
  }

  /** Draws the list; the keyboard stays at its result, or at the first where that is gone. */
  #fill(elements: readonly HTMLElement[]): void {
    const active = document.activeElement;
    const at = active !== null && this.#list.contains(active) ? active.closest('.hit')?.querySelector('a.target')?.getAttribute('href') ?? '' : null;
    replace(this.#list, ...elements);
    if (at === null) return;
    const targets = this.#targets();
    (targets.find((one) => one.getAttribute('href') === at) ?? targets[0])?.focus({ preventScroll: true });
  }

  #drawFoot(results: readonly Result[], answer: Answer): void {
    const more = results.length > this.#shown || this.#cursor !== null;
    replace(this.#foot,
      more ? h('button', { type: 'button', class: 'button', id: 'more', onclick: () => void this.#more() }, 'More results') : null,
      results.length === 0 ? null : h('div', { class: 'coverage' }, ...answer.notes.map((note) => h('p', {}, note)), ...coverageOf(answer.coverage, answer.freshness)));
  }

  async #more(): Promise<void> {
    const before = this.#list.querySelectorAll('a.target').length;
    const asked = this.#asked;
    this.#shown += FIRST_PAGE;
    if (narrowed(this.#results, this.#place).length < this.#shown && this.#cursor !== null) {
      this.#asking ??= new AbortController();
      const next = await this.#request(FIRST_PAGE * 5, this.#asking.signal, this.#cursor).catch((error: unknown) => error);
      if (asked !== this.#asked) return;
      if (!isAnswer(next)) return void this.#foot.prepend(faultBox(next));
      this.#results = [...this.#results, ...next.results];
      this.#cursor = next.nextCursor;
      this.#deep = true;
    }
    this.#draw();
    this.#targets()[before]?.focus({ preventScroll: true });
  }

  #targets(): readonly HTMLAnchorElement[] {
    return [...this.#list.querySelectorAll<HTMLAnchorElement>('a.target')];
  }

  /** True where the key meant something here. */
  key(event: KeyboardEvent): boolean {
    const typing = document.activeElement === this.#input;
    if (typing && event.key !== 'ArrowDown') return false;
    const step = event.key === 'ArrowDown' || event.key === 'j' ? 1 : event.key === 'ArrowUp' || event.key === 'k' ? -1 : 0;
    if (step !== 0) return this.#step(step);
    if (event.key === 'o') {
      const target = document.activeElement instanceof HTMLAnchorElement ? document.activeElement : this.#targets()[0];
      target?.click();
      return target !== undefined;
    }
    return false;
  }

  #step(step: number): boolean {
    const targets = this.#targets();
    const active = document.activeElement;
    // Within an open hit the nearest target before the focus counts as the place.
    const at = targets.findLastIndex((one) => one === active || (active !== null && active !== document.body && one.closest('.hit')?.contains(active) === true));
    if (at === 0 && step < 0) {
      this.#input.focus();
      return true;
    }
    const target = targets[at < 0 ? 0 : Math.min(targets.length - 1, at + step)];
    target?.focus({ preventScroll: true });
    target?.closest('.hit')?.scrollIntoView({ block: 'nearest' });
    return target !== undefined;
  }
}

function keyOf({ query, mode, sample }: SearchPlace): string {
  return withParameters('', { query: query.trim(), mode, sample: sample === null ? null : `${sample.repository}\0${sample.path}${hashOf(sample)}` });
}

function sameHead(a: readonly Result[], b: readonly Result[]): boolean {
  return b.slice(0, FIRST_PAGE).every((result, at) => result.path === a[at]?.path && result.startLine === a[at].startLine && result.repository === a[at].repository);
}

function isAnswer(value: unknown): value is Answer {
  return typeof value === 'object' && value !== null && 'results' in value;
}

function sampleLine(sample: Sample): HTMLElement {
  return h('span', { class: 'sample' }, 'Code like ', link({ view: 'file', repository: sample.repository, path: sample.path, branch: null, lines: { start: sample.start, end: sample.end } }, {}, `${sample.path}:${sample.start}–${sample.end}`), ' ');
}

/** Nothing found is an answer, too: it says how far the search went. */
function absence(answer: Answer, loaded: number): HTMLElement {
  if (loaded > 0) return h('div', { class: 'empty' }, h('h2', {}, 'No loaded result passes the filters'), h('p', {}, 'Untick one, or write repo:, lang: or path: into the query to narrow all results.'));
  const hints: Readonly<Record<string, readonly Mode[]>> = { text: ['regex', 'hybrid'], regex: ['text', 'hybrid'], symbol: ['text', 'hybrid'], semantic: ['text', 'hybrid'], hybrid: ['text', 'regex'] };
  return h('div', { class: 'empty' }, h('h2', {}, 'Nothing found'), ...coverageOf(answer.coverage, answer.freshness), ...answer.notes.map((note) => h('p', {}, note)),
    answer.query === '' ? null : h('p', {}, 'Try it as ', ...(hints[answer.mode] ?? []).flatMap((mode, at) => [at === 0 ? null : ' or ', link({ ...NOWHERE, query: answer.query, mode }, {}, mode)]), '.'),
    answer.freshness.pendingFiles > 0 ? h('p', {}, ...behind(answer.freshness)) : null);
}
