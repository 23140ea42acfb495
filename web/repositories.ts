/** The page of repositories: what is indexed, how fresh, what is left out and why, and indexing as it runs. */
import { ApiError, ask, isAbort } from './api.ts';
import { announce, byId, count, counted, h, replace, bytes, when, type Child } from './dom.ts';
import { faultBox } from './fault.ts';
import { JobWatch, drawJob, isOver } from './jobs.ts';
import { link } from './link.ts';
import { addForm, manageButtons } from './manage.ts';
import { NOWHERE, quoted } from './place.ts';
import type { Job, RepositoryStatus, Session, SkippedFile, StatusAnswer, ViewStatus } from './types.ts';

const LANGUAGES_SHOWN = 6;
const SKIPPED_SHOWN = 200;

export class RepositoriesView {
  readonly element: HTMLElement = byId('repositories-view');
  readonly #list = byId('repository-list');
  readonly #summary = byId('repository-summary');
  readonly #jobs = byId('job-list');
  readonly #add = byId('add-box');
  readonly #watch = new JobWatch((job) => this.#changed(job));
  #shown: AbortController | null = null;
  #session: Session | null = null;
  #status: StatusAnswer | null = null;

  show(): void {
    document.title = 'Repositories · code-index';
    if (this.#shown !== null) return;
    this.#shown = new AbortController();
    void this.#load(this.#shown.signal);
  }

  leave(): void {
    this.#shown?.abort();
    this.#shown = null;
    this.#watch.stop();
  }

  key(): boolean {
    return false;
  }

  async #load(signal: AbortSignal): Promise<void> {
    try {
      this.#session ??= await ask<Session>('/api/session', {}, { signal });
      await this.#refresh(signal);
      this.#offerAdding();
      this.#watch.start(signal);
    } catch (error) {
      if (!isAbort(error) && !signal.aborted) replace(this.#list, faultBox(error));
    }
  }

  async #refresh(signal: AbortSignal): Promise<void> {
    const [status, extras] = await Promise.all([ask<StatusAnswer>('/api/status', {}, { signal }), ask<{ repositories: readonly Extra[] }>('/api/repositories', { limit: 1_000 }, { signal })]);
    this.#status = status;
    this.#draw(new Map(extras.repositories.map((one) => [one.name, one])));
  }

  #mayManage(role: 'maintainer' | 'admin'): boolean {
    const mine = this.#session?.identity.role;
    return document.documentElement.dataset['management'] === 'true' && (mine === 'admin' || (mine === 'maintainer' && role === 'maintainer'));
  }

  #offerAdding(): void {
    this.#add.hidden = !this.#mayManage('maintainer');
    if (!this.#add.hidden && this.#add.childElementCount === 0) this.#add.append(addForm((job) => this.#watch.follow(job)));
  }

  #changed(job: Job): void {
    const jobs = this.#watch.jobs.filter((one) => !isOver(one) || Date.now() - Date.parse(one.finishedAt ?? '') < 600_000);
    const open = jobs.map(drawJob);
    replace(this.#jobs, ...(open.length === 0 ? [] : [h('h2', {}, 'Work'), ...open]));
    if (isOver(job)) {
      announce(`${job.repository || 'Work'}: ${job.state}`);
      if (this.#shown !== null) void this.#refresh(this.#shown.signal).catch(() => undefined);
    }
  }

  #draw(extras: ReadonlyMap<string, Extra>): void {
    const status = this.#status as StatusAnswer;
    const files = status.repositories.reduce((sum, one) => sum + one.files, 0);
    replace(this.#summary, `${counted(status.repositories.length, 'repository', 'repositories')}, ${counted(files, 'file')}, index of ${bytes(status.databaseBytes)}`);
    if (status.repositories.length === 0) {
      return replace(this.#list, h('div', { class: 'empty' }, h('h2', {}, 'Nothing is indexed yet'), h('p', {}, 'Run ', h('code', {}, 'code-index repos add <folder or git URL>'), ' where the server runs.')));
    }
    const open = new Set([...this.#list.querySelectorAll<HTMLElement>('details[open][data-key]')].map((one) => one.dataset['key']));
    replace(this.#list, ...status.repositories.map((one) => this.#card(one, extras.get(one.name))));
    for (const box of this.#list.querySelectorAll<HTMLDetailsElement>('details[data-key]')) if (open.has(box.dataset['key'])) box.open = true;
  }

  #card(one: RepositoryStatus, extra: Extra | undefined): HTMLElement {
    const facts: Child[] = [
      fact('Files', count(one.files)), fact('Source', bytes(one.sourceBytes)), fact('Symbols', count(one.symbols)),
      (extra?.databaseBytes ?? null) === null ? null : fact('In the index', bytes(extra?.databaseBytes ?? 0)),
      fact('Expires', one.expiresAt === null ? 'never' : when(one.expiresAt)),
      (extra?.fetchedAt ?? null) === null ? null : fact('Fetched', when(extra?.fetchedAt ?? '')),
      one.purpose === null ? null : fact('Purpose', one.purpose),
    ];
    return h('article', { class: 'repo-card', 'data-repository': one.name },
      h('header', {}, h('h3', {}, link({ ...NOWHERE, query: `repo:${quoted(one.name)} ` }, {}, one.name)), h('span', { class: 'origin' }, one.url ?? one.root),
        manageButtons(one.name, this.#mayManage('maintainer'), this.#mayManage('admin'), (job) => this.#watch.follow(job))),
      h('dl', { class: 'facts' }, ...facts),
      languages(one),
      ...one.views.map(drawView),
      (extra?.fetchFailure ?? null) === null ? null : h('p', { class: 'behind' }, `The origin could not be fetched: ${extra?.fetchFailure}`),
      skippedBox(one));
  }
}

/** What the list of repositories says beyond their status. */
interface Extra {
  readonly name: string;
  readonly databaseBytes?: number | null;
  readonly fetchedAt?: string | null;
  readonly fetchFailure?: string | null;
}

function fact(name: string, value: Child): HTMLElement {
  return h('div', {}, h('dt', {}, name), h('dd', {}, value));
}

function languages(one: RepositoryStatus): HTMLElement | null {
  const list = Object.entries(one.languages).sort((a, b) => b[1].bytes - a[1].bytes);
  const all = list.reduce((sum, [, { bytes: size }]) => sum + size, 0);
  if (all === 0) return null;
  return h('ul', { class: 'languages', 'aria-label': 'Languages' }, ...list.slice(0, LANGUAGES_SHOWN).map(([name, { files, bytes: size }]) =>
    h('li', { title: counted(files, 'file') }, h('span', {}, name), ' ', h('span', { class: 'muted' }, `${Math.max(1, Math.round((size / all) * 100))}%`))),
  list.length > LANGUAGES_SHOWN ? h('li', { class: 'muted' }, `and ${list.length - LANGUAGES_SHOWN} more`) : null);
}

function drawView(view: ViewStatus): HTMLElement {
  const waiting = [view.pendingFiles > 0 ? `${counted(view.pendingFiles, 'file')} not indexed yet` : '', view.pendingSymbols > 0 ? `${counted(view.pendingSymbols, 'file')} without symbols yet` : ''].filter((one) => one !== '');
  return h('p', { class: 'view' }, h('span', { class: 'branch' }, view.branch ?? 'files'), view.commit === null ? null : h('code', {}, view.commit.slice(0, 9)),
    view.indexedAt === null ? h('span', { class: 'badge warn' }, 'never indexed') : h('span', {}, 'indexed ', when(view.indexedAt)),
    waiting.length === 0 ? h('span', { class: 'complete' }, 'complete') : h('span', { class: 'badge warn' }, waiting.join(', ')));
}

/** Counts by reason; the files themselves are asked for when the box is opened. */
function skippedBox(one: RepositoryStatus): HTMLElement | null {
  const counts = new Map<string, number>();
  for (const { skipped } of one.views) for (const [reason, number] of Object.entries(skipped)) counts.set(reason, (counts.get(reason) ?? 0) + number);
  const all = [...counts.values()].reduce((sum, number) => sum + number, 0);
  const told = [...counts].map(([reason, number]) => `${count(number)} ${reason.replaceAll('_', ' ')}`).join(', ');
  const list = h('div', {}, h('p', { class: 'muted' }, 'Asking…'));
  const box = h('details', { class: 'skipped', 'data-key': `skipped ${one.name}`, ontoggle: () => {
    if (box.open && list.dataset['asked'] === undefined) void fill();
  } }, h('summary', {}, all === 0 ? 'No file is left out' : `${counted(all, 'file')} left out: ${told}`), list);
  return box;

  async function fill(): Promise<void> {
    list.dataset['asked'] = '';
    try {
      const answer = await ask<{ skipped: readonly SkippedFile[]; nextCursor: string | null }>(`/api/repositories/${encodeURIComponent(one.name)}/skipped`, { limit: SKIPPED_SHOWN });
      const files = answer.skipped;
      replace(list, files.length === 0 ? h('p', { class: 'muted' }, 'Every file is searched and has what its language offers.') : h('ul', { class: 'skipped-list' }, ...files.map((file) =>
        h('li', {}, h('code', {}, file.path), h('span', { class: 'muted' }, ` ${file.reason.replaceAll('_', ' ')}, ${file.kept === 'text' ? 'kept as text' : 'left out'}, ${bytes(file.size)}`)))),
      answer.nextCursor !== null ? h('p', { class: 'muted' }, `The first ${files.length}; the rest by “code-index status --skipped”.`) : null);
    } catch (error) {
      delete list.dataset['asked'];
      replace(list, faultBox(error instanceof ApiError ? error : new Error(String(error))));
    }
  }
}
