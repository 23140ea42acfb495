/**
 * Calls under way by the ids that their clients gave them, so that a cancellation that comes by another request finds its
 * call: here, or at the server that has it.
 */
import { createHash } from 'node:crypto';
import type { Cluster } from '../../cluster/mod.ts';

export interface Cancellable extends Disposable {
  readonly signal: AbortSignal;
}

export interface Cancellations extends Disposable {
  /** A call begins; it ends when what is given is disposed of. */
  begin(scope: string, id: string | number): Cancellable;
  /** Ends the call of this id; where there is none anywhere, it has ended already. */
  cancel(scope: string, id: unknown): void;
}

/** A cancellation may overtake its call on the way through proxies; no client gives an id twice in a session. */
const EARLY_MILLIS = 2_000;
const EARLY_KEPT = 1_000;

export function openCancellations(cluster?: Pick<Cluster, 'tell' | 'hear'>): Cancellations {
  const running = new Map<string, AbortController>();
  const early = new Map<string, number>();
  const end = (call: string): boolean => {
    const abort = running.get(call);
    abort?.abort(cancelled());
    if (abort !== undefined) return true;
    if (early.size >= EARLY_KEPT) early.clear();
    early.set(call, performance.now() + EARLY_MILLIS);
    return false;
  };
  const hearing = cluster?.hear((heard) => {
    if (heard.kind === 'cancelled') end(heard.call);
  });
  return {
    begin(scope, id) {
      const call = callOf(scope, id);
      const abort = new AbortController();
      running.set(call, abort);
      if ((early.get(call) ?? 0) > performance.now()) abort.abort(cancelled());
      return {
        signal: abort.signal,
        [Symbol.dispose]: () => {
          if (running.get(call) === abort) running.delete(call);
        },
      };
    },
    cancel(scope, id) {
      const call = callOf(scope, id);
      if (!end(call)) void cluster?.tell({ kind: 'cancelled', call });
    },
    [Symbol.dispose]: () => hearing?.[Symbol.dispose](),
  };
}

function cancelled(): DOMException {
  return new DOMException('the client cancelled the request', 'AbortError');
}

/** Whose call it is goes no further than this. */
function callOf(scope: string, id: unknown): string {
  return createHash('sha256').update(`${scope}\n${JSON.stringify(id)}`).digest('base64url');
}
