/** What the page says before anything is asked. */
import { h } from './dom.ts';
import { link } from './link.ts';
import { NOWHERE } from './place.ts';

const EXAMPLES: readonly (readonly [query: string, meaning: string])[] = [
  ['where is the retry delay computed', 'words: ranked by words, symbols and meaning'],
  ['parseUrl', 'one name: its definition first, then where it is used'],
  ['"connection reset"', 'in quotes: exactly this text'],
  ['/timeout\\s*=\\s*\\d+/', 'between slashes: a regular expression'],
  ['error lang:python path:src/', 'filters: repo: lang: path: branch: symbol: case:yes'],
  ['open OR close -test', 'OR, NOT and - as usual, with parentheses'],
];

export function welcome(): HTMLElement {
  return h('div', { class: 'welcome' }, h('h2', {}, 'Search every repository that is indexed'),
    h('dl', {}, ...EXAMPLES.flatMap(([query, meaning]) => [h('dt', {}, link({ ...NOWHERE, query }, {}, query)), h('dd', {}, meaning)])),
    h('p', { class: 'muted' }, 'Press ', h('kbd', {}, '?'), ' for all keys.'));
}
