/** The file view: lines with permanent links, the outline beside them, definitions and references at a name. */
import { ask, isAbort } from './api.ts';
import { Code, identifiersOf, type Identifier } from './code.ts';
import { announce, byId, bytes, counted, h, replace } from './dom.ts';
import { faultBox } from './fault.ts';
import { go, link } from './link.ts';
import { NOWHERE, addressOf, hashOf, quoted, type FilePlace, type Lines } from './place.ts';
import { NamePanel } from './names.ts';
import { drawOutline, markOutline } from './outline.ts';
import { freshnessBadge } from './results.ts';
import { behind } from './told.ts';
import type { FileAnswer, OutlineItem } from './types.ts';

/** Lines loaded at once; a longer file has a way to the rest at both ends. */
const WINDOW = 5_000;
/** Lines coloured and laid out together, when they come near the screen. */
const BLOCK = 100;
/** All that one request may bring; rough tokens of four characters. */
const MOST_TOKENS = 1_000_000;

export class FileView {
  readonly element: HTMLElement = byId('file-view');
  readonly #head = byId('file-head');
  readonly #outlineBox = byId('outline');
  readonly #code = byId('file-code');
  readonly #panel = new NamePanel();
  #place: FilePlace | null = null;
  #loaded = '';
  #loading: AbortController | null = null;
  #answer: FileAnswer | null = null;
  #text: Code | null = null;
  #outline: readonly OutlineItem[] = [];
  /** Where the keyboard is: a line, and a name in it or -1. */
  #line = 1;
  #name = -1;
  readonly #near = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) if (isIntersecting) this.#colour(target as HTMLElement);
  }, { rootMargin: '600px' });

  constructor() {
    this.#code.addEventListener('click', (event) => this.#clicked(event));
    this.#code.addEventListener('pointermove', (event) => this.#hover(event));
    this.#code.addEventListener('pointerleave', () => underline(null));
    this.#code.addEventListener('copy', (event) => this.#copy(event));
    document.addEventListener('selectionchange', () => this.#offerSimilar());
  }

  show(place: FilePlace): void {
    const file = [place.repository, place.branch ?? '', place.path].join('\0');
    const inWindow = place.lines === null || (this.#text !== null && place.lines.start >= this.#text.firstLine && place.lines.start <= this.#text.lastLine);
    this.#place = place;
    this.#panel.close();
    document.title = `${place.path} · ${place.repository} · code-index`;
    if (file === this.#loaded && inWindow) this.#mark(true);
    else void this.#load(file, place.lines?.start ?? 1);
  }

  /** Closes what is open, or else lets the chosen lines go. */
  escape(): void {
    if (this.#panel.isOpen) this.#panel.close(true);
    else if (this.#place !== null && this.#place.lines !== null) this.#select(null, false);
  }

  leave(): void {
    this.#panel.close();
    underline(null);
  }

  async #load(file: string, near: number): Promise<void> {
    const place = this.#place as FilePlace;
    this.#loading?.abort();
    const { signal } = (this.#loading = new AbortController());
    if (file !== this.#loaded) this.#wait(place);
    this.element.setAttribute('aria-busy', 'true');
    const from = near <= WINDOW ? 1 : near - Math.floor(WINDOW / 2);
    const asked = { repository: place.repository, path: place.path, branch: place.branch };
    try {
      const [answer, outline] = await Promise.all([
        ask<FileAnswer>('/api/files', { ...asked, start_line: from, end_line: from + WINDOW - 1, max_tokens: MOST_TOKENS }, { signal }),
        file === this.#loaded ? this.#outline : ask<FileAnswer>('/api/files', { ...asked, view: 'outline' }, { signal }).then((one) => one.outline),
      ]);
      [this.#answer, this.#outline, this.#loaded] = [answer, outline, file];
      this.#text = new Code(answer.text, answer.language, answer.startLine);
      this.#draw(answer);
      this.#mark(true);
    } catch (error) {
      if (isAbort(error) || signal.aborted) return;
      this.#loaded = '';
      this.#outlineBox.hidden = true;
      replace(this.#code, faultBox(error));
    } finally {
      if (!signal.aborted) this.element.removeAttribute('aria-busy');
    }
  }

  #wait(place: FilePlace): void {
    [this.#answer, this.#text] = [null, null];
    replace(this.#head, this.#crumbs(place));
    this.#code.replaceChildren();
    this.#outlineBox.replaceChildren();
  }

  #draw(answer: FileAnswer): void {
    const place = this.#place as FilePlace;
    const text = this.#text as Code;
    replace(this.#head, this.#crumbs(place), h('p', { class: 'file-facts' },
      h('span', {}, answer.language ?? 'text'), h('span', {}, counted(answer.totalLines, 'line')),
      answer.freshness.indexedCommit === null ? null : h('span', {}, 'indexed at ', h('code', {}, answer.freshness.indexedCommit.slice(0, 9))), freshnessBadge(answer.fileFreshness)),
    h('div', { class: 'file-actions' },
      h('button', { type: 'button', class: 'button small', id: 'similar', 'aria-keyshortcuts': 's', onclick: () => this.#similar() }, 'Find similar'),
      h('button', { type: 'button', class: 'button small', id: 'copy', 'aria-keyshortcuts': 'c', onclick: () => void this.#copyText() }, 'Copy text')),
    ...behind({ ...answer.freshness, pendingFiles: 0 }));
    this.#outlineBox.hidden = this.#outline.length === 0;
    drawOutline(this.#outlineBox, this.#outline, (item) => this.#select({ start: item.startLine, end: item.endLine }));
    this.#near.disconnect();
    const blocks: HTMLElement[] = [];
    for (let line = text.firstLine; line <= text.lastLine; line += BLOCK) blocks.push(this.#block(line, Math.min(text.lastLine, line + BLOCK - 1)));
    this.#code.setAttribute('aria-label', `Code of ${place.path}`);
    replace(this.#code, this.#rest(1, text.firstLine - 1), ...blocks, this.#rest(text.lastLine + 1, answer.totalLines));
    for (const block of blocks) this.#near.observe(block);
  }

  #crumbs(place: FilePlace): HTMLElement {
    const parts = place.path.split('/');
    const crumbs = parts.slice(0, -1).map((part, at) => [link({ ...NOWHERE, query: `repo:${quoted(place.repository)} path:${quoted(`${parts.slice(0, at + 1).join('/')}/`)}` }, { class: 'folder' }, part), h('span', { class: 'slash' }, '/')]);
    return h('h1', { class: 'crumbs' },
      link({ ...NOWHERE, query: `repo:${quoted(place.repository)} ` }, { class: 'repository' }, place.repository), place.branch === null ? null : h('span', { class: 'branch' }, place.branch), h('span', { class: 'slash' }, '/'),
      ...crumbs.flat(), h('span', { class: 'base' }, parts.at(-1) ?? ''));
  }

  /** A way to the lines that were not loaded. */
  #rest(from: number, to: number): HTMLElement | null {
    const place = this.#place as FilePlace;
    if (to < from) return null;
    const near = from === 1 ? Math.max(1, to - WINDOW / 2) : from;
    return h('p', { class: 'rest' }, link({ ...place, lines: { start: near, end: near } }, { class: 'button small' }, `Lines ${from} to ${to}: show from line ${near}`));
  }

  /** Plain lines first: colours come when the block nears the screen. */
  #block(from: number, to: number): HTMLElement {
    const text = this.#text as Code;
    const block = h('div', { class: 'block', 'data-from': from, 'data-to': to });
    block.style.setProperty('--lines', String(to - from + 1));
    for (let line = from; line <= to; line++) {
      block.append(h('div', { class: 'row', 'data-line': line },
        h('a', { class: 'no', href: hashOf({ start: line, end: line }), tabindex: '-1', 'data-no': line, 'aria-label': `Line ${line}` }), h('code', { class: 'line' }, text.textOf(line))));
    }
    return block;
  }

  #colour(block: HTMLElement): void {
    this.#near.unobserve(block);
    const text = this.#text;
    if (text === null) return;
    for (const row of block.children) {
      const code = row.lastElementChild as HTMLElement;
      code.replaceChildren();
      text.draw(code, Number((row as HTMLElement).dataset['line']));
    }
  }

  #row(line: number): HTMLElement | null {
    return this.#code.querySelector(`.row[data-line="${line}"]`);
  }

  /** Marks the lines of the address; `reveal` scrolls to them. */
  #mark(reveal: boolean): void {
    const lines = this.#place?.lines ?? null;
    for (const row of this.#code.querySelectorAll('.row.marked')) row.classList.remove('marked');
    if (lines !== null && this.#text !== null) {
      for (let line = lines.start; line <= Math.min(lines.end, this.#text.lastLine); line++) this.#row(line)?.classList.add('marked');
      this.#line = lines.start;
    } else if (reveal) {
      this.#line = 1;
    }
    this.#name = -1;
    markOutline(this.#outlineBox, this.#line);
    this.#offerSimilar();
    if (!reveal) return;
    if (lines === null) window.scrollTo(0, 0);
    else this.#row(lines.start)?.scrollIntoView({ block: lines.end - lines.start > 20 ? 'start' : 'center' });
    this.#code.focus({ preventScroll: true });
  }

  #select(lines: Lines | null, reveal = true): void {
    const place = { ...(this.#place as FilePlace), lines };
    this.#place = place;
    history.replaceState(history.state, '', addressOf(place));
    this.#mark(reveal);
  }

  #clicked(event: MouseEvent): void {
    const target = event.target as HTMLElement;
    const number = target.closest<HTMLElement>('a.no');
    if (number !== null) {
      if (event.ctrlKey || event.metaKey || event.button !== 0) return;
      event.preventDefault();
      const line = Number(number.dataset['no']);
      const lines = this.#place?.lines;
      this.#select(event.shiftKey && lines ? { start: Math.min(lines.start, line), end: Math.max(lines.start, line) } : { start: line, end: line }, false);
      getSelection()?.removeAllRanges();
      return;
    }
    if (!(getSelection()?.isCollapsed ?? true)) return;
    const found = this.#nameAt(event.clientX, event.clientY);
    if (found === null) return this.#panel.close();
    this.#open(found.line, found.identifier, found.row);
  }

  #open(line: number, identifier: Identifier, row: HTMLElement): void {
    underline(rangeOf(row, identifier));
    const { repository, path, branch } = this.#place as FilePlace;
    this.#panel.open(identifier.name, { repository, path, branch, line }, (rangeOf(row, identifier) ?? row).getBoundingClientRect(), this.#code);
  }

  #nameAt(x: number, y: number): { line: number; identifier: Identifier; row: HTMLElement } | null {
    const caret = caretAt(x, y);
    const row = caret?.node.parentElement?.closest<HTMLElement>('#file-code .row') ?? null;
    const code = row?.lastElementChild;
    if (caret === null || row === null || code === null || code === undefined || !code.contains(caret.node)) return null;
    const range = document.createRange();
    range.setStart(code, 0);
    range.setEnd(caret.node, caret.offset);
    const column = range.toString().length;
    const line = Number(row.dataset['line']);
    const identifier = identifiersOf(this.#text?.textOf(line) ?? '').find(({ start, end }) => start <= column && column <= end);
    const box = identifier === undefined ? undefined : rangeOf(row, identifier)?.getBoundingClientRect();
    if (identifier === undefined || box === undefined || x < box.left - 2 || x > box.right + 2) return null;
    return { line, identifier, row };
  }

  #hover(event: PointerEvent): void {
    if (event.pointerType !== 'mouse' || this.#panel.isOpen) return;
    const found = this.#nameAt(event.clientX, event.clientY);
    underline(found === null ? null : rangeOf(found.row, found.identifier));
  }

  /** The chosen lines: selected text, or else the lines of the address. */
  #chosen(): Lines | null {
    const selection = getSelection();
    if (selection !== null && !selection.isCollapsed && selection.rangeCount > 0) {
      const range = selection.getRangeAt(0);
      const [start, end] = [range.startContainer, range.endContainer].map((node) => Number((node instanceof HTMLElement ? node : node.parentElement)?.closest<HTMLElement>('#file-code .row')?.dataset['line'] ?? 0));
      if (start !== undefined && end !== undefined && start > 0 && end > 0) return { start, end: range.endOffset === 0 && end > start ? end - 1 : end };
    }
    return this.#place?.lines ?? null;
  }

  #offerSimilar(): void {
    const button = document.getElementById('similar');
    if (button === null || this.element.hidden) return;
    const lines = this.#sample();
    button.textContent = lines === null ? 'Find similar' : `Find similar to ${lines.start === lines.end ? `line ${lines.start}` : `lines ${lines.start}–${lines.end}`}`;
  }

  /** One line alone says little: then the definition around it is meant. */
  #sample(): Lines | null {
    const chosen = this.#chosen();
    if (chosen !== null && chosen.end > chosen.start) return chosen;
    const line = chosen?.start ?? this.#line;
    const around = this.#outline.findLast((item) => item.startLine <= line && line <= item.endLine);
    return around === undefined ? chosen : { start: around.startLine, end: around.endLine };
  }

  #similar(): void {
    const lines = this.#sample() ?? { start: 1, end: Math.min(60, this.#answer?.totalLines ?? 1) };
    const { repository, path } = this.#place as FilePlace;
    go({ ...NOWHERE, sample: { repository, path, ...lines } }, 'push');
  }

  async #copyText(): Promise<void> {
    const button = byId('copy');
    const answer = this.#answer;
    if (answer === null) return;
    const lines = this.#place?.lines ?? null;
    const text = lines === null ? answer.text : (this.#text as Code).lines.slice(lines.start - answer.startLine, lines.end - answer.startLine + 1).join('\n');
    const told = await navigator.clipboard.writeText(text).then(() => `Copied ${bytes(text.length)}`, () => 'The browser refused');
    button.textContent = told;
    announce(told);
    setTimeout(() => (button.textContent = 'Copy text'), 2_000);
  }

  /** Copied text has the lines as they are, without numbers. */
  #copy(event: ClipboardEvent): void {
    const lines = this.#chosen();
    const selection = getSelection();
    if (lines === null || selection === null || selection.isCollapsed || lines.start === lines.end || this.#text === null) return;
    const fragment = selection.getRangeAt(0).cloneContents();
    event.clipboardData?.setData('text/plain', [...fragment.querySelectorAll('.line')].map((line) => line.textContent).join('\n'));
    event.preventDefault();
  }

  key(event: KeyboardEvent): boolean {
    if (this.#text === null || this.#panel.contains(document.activeElement)) return false;
    const step = event.key === 'ArrowDown' || event.key === 'j' ? 1 : event.key === 'ArrowUp' || event.key === 'k' ? -1 : 0;
    const inCode = document.activeElement === this.#code;
    if (step !== 0 && inCode) return this.#stepLine(step, event.shiftKey);
    const side = event.key === 'ArrowRight' || event.key === 'l' ? 1 : event.key === 'ArrowLeft' || event.key === 'h' ? -1 : 0;
    if (side !== 0 && inCode) return this.#stepName(side);
    if ((event.key === 'Enter' || event.key === 'o') && inCode) return this.#openName();
    if (event.key === 's') this.#similar();
    else if (event.key === 'c') void this.#copyText();
    else return false;
    return true;
  }

  #stepLine(step: number, extend: boolean): boolean {
    const text = this.#text as Code;
    const lines = this.#place?.lines ?? null;
    // Extending moves the end that is not where the range began.
    const edge = extend && lines !== null ? (this.#line === lines.start ? lines.end : lines.start) : this.#line;
    const next = lines === null ? this.#line : Math.max(text.firstLine, Math.min(text.lastLine, edge + step));
    const anchor = this.#line;
    this.#select(extend ? { start: Math.min(anchor, next), end: Math.max(anchor, next) } : { start: next, end: next }, false);
    if (extend) this.#line = anchor;
    this.#row(next)?.scrollIntoView({ block: 'nearest' });
    underline(null);
    announce(`Line ${next}: ${text.textOf(next).trim() || 'empty'}`);
    return true;
  }

  #stepName(side: number): boolean {
    const names = identifiersOf(this.#text?.textOf(this.#line) ?? '');
    const row = this.#row(this.#line);
    if (names.length === 0 || row === null) return true;
    this.#name = this.#name < 0 ? (side > 0 ? 0 : names.length - 1) : Math.max(0, Math.min(names.length - 1, this.#name + side));
    const name = names[this.#name] as Identifier;
    underline(rangeOf(row, name));
    announce(name.name);
    return true;
  }

  #openName(): boolean {
    const row = this.#row(this.#line);
    if (this.#name < 0) this.#stepName(1);
    const identifier = identifiersOf(this.#text?.textOf(this.#line) ?? '')[this.#name];
    if (row !== null && identifier !== undefined) this.#open(this.#line, identifier, row);
    return true;
  }
}

/** The text of a name in a drawn row. */
function rangeOf(row: HTMLElement, { start, end }: Identifier): Range | null {
  const range = document.createRange();
  const walker = document.createTreeWalker(row.lastElementChild as Node, NodeFilter.SHOW_TEXT);
  let at = 0;
  let begun = false;
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const length = (node as Text).length;
    if (!begun && start < at + length) {
      range.setStart(node, start - at);
      begun = true;
    }
    if (begun && end <= at + length) {
      range.setEnd(node, end - at);
      return range;
    }
    at += length;
  }
  return null;
}

/** Underlines a name without touching the page's elements, where the browser can. */
function underline(range: Range | null): void {
  if (!('highlights' in CSS)) return;
  if (range === null) CSS.highlights.delete('name');
  else CSS.highlights.set('name', new Highlight(range));
}

function caretAt(x: number, y: number): { node: Node; offset: number } | null {
  if ('caretPositionFromPoint' in document) {
    const caret = document.caretPositionFromPoint(x, y);
    return caret === null ? null : { node: caret.offsetNode, offset: caret.offset };
  }
  const range = (document as Document).caretRangeFromPoint(x, y);
  return range === null ? null : { node: range.startContainer, offset: range.startOffset };
}
