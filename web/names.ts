/** Where a name is defined and used: a panel beside the name, each place with how sure it is. */
import { ask, isAbort } from './api.ts';
import { Code } from './code.ts';
import { announce, count, counted, h, replace, type Child } from './dom.ts';
import { faultBox } from './fault.ts';
import { go, link } from './link.ts';
import { NOWHERE } from './place.ts';
import { placeOf } from './results.ts';
import type { Answer, Result } from './types.ts';

const MOST_PLACES = 100;
const SHOWN = 12;

export interface At { readonly repository: string; readonly path: string; readonly branch: string | null; readonly line: number }

export class NamePanel {
  #panel: HTMLElement | null = null;
  #back: HTMLElement | null = null;
  #asking: AbortController | null = null;

  get isOpen(): boolean {
    return this.#panel !== null;
  }

  contains(element: Element | null): boolean {
    return this.#panel?.contains(element) ?? false;
  }

  /** Opens beside `box`; focus goes back to `back` when it is closed by the keyboard. */
  open(name: string, at: At, box: DOMRect, back: HTMLElement): void {
    this.close();
    this.#back = back;
    const body = h('div', { class: 'panel-body', 'aria-live': 'polite' }, h('p', { class: 'muted' }, 'Looking…'));
    const panel = h('section', { class: 'panel', role: 'dialog', 'aria-label': `Definitions and references of ${name}`, tabindex: '-1' },
      h('div', { class: 'panel-head' }, h('h2', {}, h('code', {}, name)), h('button', { type: 'button', class: 'icon-button', 'aria-label': 'Close', onclick: () => this.close(true) }, '×')), body,
      h('div', { class: 'panel-foot' }, link({ ...NOWHERE, query: name, mode: 'symbol' }, {}, 'Search all repositories'), ' · ', link({ ...NOWHERE, query: JSON.stringify(name) }, {}, 'as text')));
    panel.addEventListener('keydown', (event) => this.#key(event));
    this.#panel = panel;
    document.body.append(panel);
    place(panel, box);
    panel.focus({ preventScroll: true });
    void this.#fill(body, name, at).then(() => {
      if (this.#panel === panel) place(panel, box);
    });
  }

  close(focusBack = false): void {
    this.#asking?.abort();
    this.#panel?.remove();
    if (this.#panel !== null && focusBack) this.#back?.focus({ preventScroll: true });
    this.#panel = null;
  }

  async #fill(body: HTMLElement, name: string, at: At): Promise<void> {
    const { signal } = (this.#asking = new AbortController());
    try {
      const here = await this.#ask(name, at.repository, signal);
      const answer = here.results.length > 0 ? here : await this.#ask(name, '*', signal);
      replace(body, ...sections(answer, at, name));
      announce(`${name}: ${counted(answer.results.length, 'place')}`);
    } catch (error) {
      if (!isAbort(error) && !signal.aborted) replace(body, faultBox(error));
    }
  }

  #ask(name: string, repository: string, signal: AbortSignal): Promise<Answer> {
    return ask<Answer>('/api/symbols', { name, include: ['definition', 'references'], repository, limit: MOST_PLACES }, { signal });
  }

  #key(event: KeyboardEvent): void {
    if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      return this.close(true);
    }
    const step = event.key === 'ArrowDown' || event.key === 'j' ? 1 : event.key === 'ArrowUp' || event.key === 'k' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    event.stopPropagation();
    const links = [...(this.#panel?.querySelectorAll<HTMLElement>('.spot') ?? [])];
    const at = links.indexOf(document.activeElement as HTMLElement);
    links[Math.max(0, Math.min(links.length - 1, at + step))]?.focus();
  }
}

function sections(answer: Answer, at: At, name: string): readonly Child[] {
  // A heading that names it explains; it is not where the code is.
  const near = (one: Result): number => (one.path === at.path ? 0 : one.tier === 'resolved' ? 1 : 2) + (one.symbol?.kind === 'section' && one.relation === 'definition' ? 3 : 0);
  const of = (relation: string): Result[] => answer.results.filter((one) => one.relation === relation).sort((a, b) => near(a) - near(b));
  const [definitions, references] = [of('definition'), of('reference')];
  if (definitions.length + references.length === 0) {
    return [h('p', {}, `No definition or reference of ${name} is known.`), ...answer.notes.map((note) => h('p', { class: 'muted' }, note)),
      answer.freshness.pendingSymbols > 0 ? h('p', { class: 'muted' }, `${counted(answer.freshness.pendingSymbols, 'file')} without symbols yet.`) : null];
  }
  const more = answer.nextCursor === null ? null : h('p', { class: 'muted' }, `The first ${answer.results.length} of ${answer.total.exact ? '' : 'about '}${answer.total.value} places.`);
  return [...section('Definition', definitions, at), ...section('Reference', references, at), more];
}

function section(title: string, results: readonly Result[], at: At): readonly Child[] {
  if (results.length === 0) return title === 'Definition' ? [h('h3', {}, 'No definition is indexed')] : [];
  const spots = results.map((one) => spot(one, at));
  const rest = spots.slice(SHOWN);
  const list = h('ul', { class: 'spots' }, ...spots.slice(0, SHOWN));
  const button: HTMLElement | null = rest.length === 0 ? null : h('button', { type: 'button', class: 'more-lines', onclick: () => {
    list.append(...rest);
    button?.remove();
    rest[0]?.querySelector('a')?.focus();
  } }, `${count(rest.length)} more`);
  return [h('h3', {}, counted(results.length, title)), list, button];
}

function spot(result: Result, at: At): HTMLElement {
  const match = result.matches[0];
  const line = match?.line ?? result.startLine;
  const isHere = result.path === at.path && result.repository === at.repository && line === at.line;
  const code = new Code(result.snippet, result.language, result.startLine);
  const text = h('code', { class: 'line' });
  code.draw(text, line, result.matches.filter((one) => one.line === line));
  const sure = result.tier ?? 'candidate';
  return h('li', {}, link({ ...placeOf(result, { start: line, end: result.relation === 'definition' ? result.endLine : line }) }, { class: 'spot', 'aria-current': isHere ? 'location' : null },
    h('span', { class: 'spot-where' }, h('span', { class: 'spot-path' }, result.path === at.path ? 'this file' : result.path, h('span', { class: 'spot-line' }, `:${line}`)),
      h('span', { class: `tier ${sure}`, title: sure === 'resolved' ? 'The index knows that this is meant.' : 'The name is the same; whether this is meant is not certain.' }, sure),
      result.method === undefined || result.method === 'definition' ? null : h('span', { class: 'method' }, result.method)),
    text),
  result.relation === 'definition' ? h('button', { type: 'button', class: 'spot-similar', onclick: () => go({ ...NOWHERE, sample: { repository: result.repository, path: result.path, start: result.startLine, end: result.endLine } }, 'push') }, 'similar code') : null);
}

/** Below the name, or above it where there is more room; on a phone the style sheet puts it at the foot. */
function place(panel: HTMLElement, box: DOMRect): void {
  const { innerWidth, innerHeight } = window;
  const below = innerHeight - box.bottom - 12;
  const above = box.top - 12;
  const down = below >= Math.min(320, panel.scrollHeight) || below >= above;
  panel.style.setProperty('left', `${Math.max(8, Math.min(box.left, innerWidth - panel.offsetWidth - 8))}px`);
  panel.style.setProperty('max-height', `${Math.max(160, Math.min(down ? below : above, innerHeight * 0.7))}px`);
  panel.style.setProperty('top', down ? `${box.bottom + 6}px` : 'auto');
  panel.style.setProperty('bottom', down ? 'auto' : `${innerHeight - box.top + 6}px`);
}
