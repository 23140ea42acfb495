/** Calls under way by the ids that their clients gave them, so that a cancellation that comes by another request finds its call. */

export interface Cancellable extends Disposable {
  readonly signal: AbortSignal;
}

export interface Cancellations {
  /** A call begins; it ends when what is given is disposed of. */
  begin(scope: string, id: string | number): Cancellable;
  /** Ends the call of this id; where there is none, it has ended already. */
  cancel(scope: string, id: unknown): void;
}

export function openCancellations(): Cancellations {
  const running = new Map<string, AbortController>();
  const keyOf = (scope: string, id: unknown): string => `${scope}\n${JSON.stringify(id)}`;
  return {
    begin(scope, id) {
      const key = keyOf(scope, id);
      const abort = new AbortController();
      running.set(key, abort);
      return {
        signal: abort.signal,
        [Symbol.dispose]: () => {
          if (running.get(key) === abort) running.delete(key);
        },
      };
    },
    cancel: (scope, id) => running.get(keyOf(scope, id))?.abort(new DOMException('the client cancelled the request', 'AbortError')),
  };
}
