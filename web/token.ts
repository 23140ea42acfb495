/** The caller's token: asked for when the server wants one, kept for this tab alone. */
import { h } from './dom.ts';

const KEY = 'code-index-token';

export function token(): string | null {
  return sessionStorage.getItem(KEY);
}

/** Forgets the token that was refused, unless another was given in the meantime. */
export function forgetToken(refused: string): void {
  if (token() === refused) sessionStorage.removeItem(KEY);
}

let asking: Promise<void> | null = null;

/** Resolves when the user has given a token; rejects where the request is no longer wanted. Many requests share one question. */
export function askToken(complaint: string | null, signal?: AbortSignal): Promise<void> {
  asking ??= question(complaint).finally(() => (asking = null));
  if (signal === undefined) return asking;
  return Promise.race([asking, new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))]);
}

function question(complaint: string | null): Promise<void> {
  return new Promise((resolve) => {
    const input = h('input', { id: 'token-input', type: 'password', required: true, autocomplete: 'off', spellcheck: 'false', 'aria-describedby': 'token-text' });
    const dialog = h('dialog', { class: 'dialog', 'aria-labelledby': 'token-title', oncancel: (event: Event) => event.preventDefault() },
      h('form', {
        onsubmit: (event: Event) => {
          event.preventDefault();
          sessionStorage.setItem(KEY, input.value.trim());
          dialog.close();
          dialog.remove();
          resolve();
        },
      },
        h('h2', { id: 'token-title' }, 'This server wants a token'),
        h('p', { id: 'token-text' }, complaint ?? 'Whoever runs it makes one with “code-index tokens create”. It is kept in this tab until you close it.'),
        h('label', { for: 'token-input' }, 'Token'), input,
        h('div', { class: 'dialog-actions' }, h('button', { type: 'submit', class: 'button primary' }, 'Continue'))));
    document.body.append(dialog);
    dialog.showModal();
    input.focus();
  });
}
