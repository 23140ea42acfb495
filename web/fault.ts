/** Errors as the user sees them: what happened and what to do. */
import { ApiError } from './api.ts';
import { h } from './dom.ts';

export function faultBox(error: unknown): HTMLElement {
  const [message, fix] = error instanceof ApiError ? [error.message, error.fix] : ['The page failed.', error instanceof Error ? error.message : String(error)];
  return h('div', { class: 'fault', role: 'alert' }, h('strong', {}, message), h('p', {}, fix));
}
