/** The outline of a file: what it defines, nested, with the definition around the current line marked. */
import { h } from './dom.ts';
import type { OutlineItem } from './types.ts';

/** More than that is a table of data; the search finds names in it. */
const MOST_ITEMS = 2_000;
const DEEPEST = 6;

export function drawOutline(into: HTMLElement, items: readonly OutlineItem[], choose: (item: OutlineItem) => void): void {
  const list = h('ul', { class: 'outline-list' }, ...items.slice(0, MOST_ITEMS).map((item) =>
    h('li', { class: `depth-${Math.min(DEEPEST, item.depth)}` },
      h('a', {
        href: `#L${item.startLine}-L${item.endLine}`, title: item.signature ?? item.name, 'data-start': item.startLine, 'data-end': item.endLine,
        onclick: (event: MouseEvent) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) return;
          event.preventDefault();
          choose(item);
        },
      }, h('span', { class: 'outline-name' }, item.name), ' ', h('span', { class: 'kind' }, item.kind.replaceAll('_', ' '))))));
  const narrow = window.matchMedia('(max-width: 60rem)').matches;
  into.replaceChildren(h('details', { open: !narrow }, h('summary', {}, h('h2', {}, 'Outline')), list,
    items.length > MOST_ITEMS ? h('p', { class: 'muted' }, `The first ${MOST_ITEMS} of ${items.length}.`) : ''));
}

export function markOutline(outline: HTMLElement, line: number): void {
  let around: HTMLAnchorElement | null = null;
  for (const anchor of outline.querySelectorAll<HTMLAnchorElement>('a[data-start]')) {
    anchor.removeAttribute('aria-current');
    if (Number(anchor.dataset['start']) <= line && line <= Number(anchor.dataset['end'])) around = anchor;
  }
  around?.setAttribute('aria-current', 'location');
  around?.scrollIntoView({ block: 'nearest' });
}
