/** Elements out of data. Data becomes text and attributes only, never markup: nothing here or elsewhere parses HTML. */

export type Child = Node | string | number | null | undefined | false;
type Listener = (event: never) => void;
export type Attributes = Readonly<Record<string, string | number | boolean | null | undefined | Listener>>;

/** `on…` adds a listener; true is an attribute without value; false, null and undefined are left out. */
export function h<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Attributes = {}, ...children: readonly Child[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (typeof value === 'function') element.addEventListener(name.slice(2), value as EventListener);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  append(element, children);
  return element;
}

export function append(parent: ParentNode, children: readonly Child[]): void {
  for (const child of children) if (child !== null && child !== undefined && child !== false) parent.append(typeof child === 'number' ? String(child) : child);
}

export function replace(parent: ParentNode, ...children: readonly Child[]): void {
  parent.replaceChildren();
  append(parent, children);
}

/** The element with this id: the shell has it. */
export function byId<E extends HTMLElement = HTMLElement>(id: string): E {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`The page has no element #${id}.`);
  return element as E;
}

const NUMBERS = new Intl.NumberFormat('en');

export function count(value: number): string {
  return NUMBERS.format(value);
}

/** `3 files`, `1 file`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

export function bytes(value: number): string {
  if (value < 1_000) return `${value} B`;
  const step = value < 1e6 ? 1 : value < 1e9 ? 2 : 3;
  const number = value / 1_000 ** step;
  return `${number < 10 ? number.toFixed(1) : Math.round(number)} ${['kB', 'MB', 'GB'][step - 1]}`;
}

const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [['day', 86_400], ['hour', 3_600], ['minute', 60], ['second', 1]];
const TIMES = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** `3 minutes ago`, `in 6 days`; with the exact time for those who point at it. */
export function when(iso: string): HTMLTimeElement {
  const seconds = (Date.parse(iso) - Date.now()) / 1_000;
  const [unit, size] = UNITS.find(([, least]) => Math.abs(seconds) >= least) ?? ['second', 1];
  return h('time', { datetime: iso, title: new Date(iso).toLocaleString() }, Number.isNaN(seconds) ? iso : TIMES.format(Math.trunc(seconds / size), unit));
}

/** Says it to screen readers without moving anything. */
export function announce(sentence: string): void {
  byId('announcer').textContent = sentence;
}
