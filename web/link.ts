/** Links within the page: real addresses, followed without loading anything again. */
import { h, type Attributes, type Child } from './dom.ts';
import { addressOf, type Place } from './place.ts';

type Go = (place: Place, how?: 'push' | 'replace') => void;

let follow: Go = () => undefined;

/** Names who follows links. */
export function onGo(go: Go): void {
  follow = go;
}

export function go(place: Place, how?: 'push' | 'replace'): void {
  follow(place, how);
}

export function link(place: Place, attributes: Attributes, ...children: readonly Child[]): HTMLAnchorElement {
  return h('a', {
    ...attributes, href: addressOf(place),
    onclick: (event: MouseEvent) => {
      if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      follow(place);
    },
  }, ...children);
}
