/** Adding, updating and removing repositories, where the server offers it and the caller may. */
import { ask } from './api.ts';
import { h, replace, type Child } from './dom.ts';
import { faultBox } from './fault.ts';
import type { Job } from './types.ts';

type Follow = (job: Job) => void;

/** The answer of what was asked: a job, or several, or the work already done. */
interface Begun { readonly job?: Job; readonly jobs?: readonly Job[] }

function takeUp(begun: Begun | null, follow: Follow): void {
  for (const job of [...(begun?.jobs ?? []), ...(begun?.job === undefined ? [] : [begun.job])]) follow(job);
}

export function addForm(follow: Follow): HTMLElement {
  const field = (name: string, label: string, more: Record<string, string | boolean> = {}): HTMLElement =>
    h('div', { class: 'field' }, h('label', { for: `add-${name}` }, label), h('input', { id: `add-${name}`, name, autocomplete: 'off', spellcheck: 'false', ...more }));
  const said = h('div', { role: 'status' });
  const button = h('button', { type: 'submit', class: 'button primary' }, 'Add');
  const form = h('form', {
    class: 'add-form',
    onsubmit: (event: Event) => {
      event.preventDefault();
      const data = new FormData(form);
      const text = (name: string): string | undefined => String(data.get(name) ?? '').trim() || undefined;
      const days = text('days');
      const body = { path: text('path'), name: text('name'), purpose: text('purpose'), ...(days === undefined ? {} : { days_to_keep: Number(days) }) };
      void acting(button, said, async () => {
        takeUp(await ask<Begun>('/api/repositories', {}, { method: 'POST', body }), follow);
        form.reset();
      });
    },
  }, field('path', 'Folder on the server, or git URL', { required: true }), field('name', 'Name (optional)'), field('purpose', 'Purpose (optional)'), field('days', 'Days to keep (optional)', { type: 'number', min: '1', max: '36500' }), button, said);
  return h('details', { class: 'add' }, h('summary', {}, 'Add a repository'), form);
}

export function manageButtons(name: string, mayChange: boolean, mayRemove: boolean, follow: Follow): Child {
  if (!mayChange && !mayRemove) return null;
  const said = h('span', { role: 'status' });
  const address = `/api/repositories/${encodeURIComponent(name)}`;
  const button = (label: string, act: () => Promise<void>): HTMLElement => {
    const element: HTMLButtonElement = h('button', { type: 'button', class: 'button small', 'aria-label': `${label} ${name}`, onclick: () => void acting(element, said, act) }, label);
    return element;
  };
  return h('div', { class: 'manage' },
    mayChange ? button('Update', async () => takeUp(await ask<Begun>(`${address}/update`, {}, { method: 'POST', body: {} }), follow)) : null,
    mayRemove ? button('Remove', async () => {
      if (await confirmed(`Remove ${name} from the index?`, 'Its clone goes, too, where the server made one. Folders that were indexed in place are not touched.')) takeUp(await ask<Begun>(address, {}, { method: 'DELETE' }), follow);
    }) : null, said);
}

async function acting(button: HTMLButtonElement, said: HTMLElement, act: () => Promise<void>): Promise<void> {
  button.disabled = true;
  said.replaceChildren();
  try {
    await act();
  } catch (error) {
    replace(said, faultBox(error));
  } finally {
    button.disabled = false;
  }
}

function confirmed(question: string, text: string): Promise<boolean> {
  return new Promise((resolve) => {
    const close = (answer: boolean): void => {
      resolve(answer);
      dialog.close();
      dialog.remove();
    };
    const dialog = h('dialog', { class: 'dialog', 'aria-labelledby': 'confirm-title', oncancel: () => close(false) },
      h('h2', { id: 'confirm-title' }, question), h('p', {}, text),
      h('div', { class: 'dialog-actions' }, h('button', { type: 'button', class: 'button', onclick: () => close(false) }, 'Keep it'), h('button', { type: 'button', class: 'button primary danger', onclick: () => close(true) }, 'Remove')));
    document.body.append(dialog);
    dialog.showModal();
  });
}
