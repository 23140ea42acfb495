import { OPERATIONS, type Service } from '../../service/mod.ts';

/**
 * Asks a question whose answer nobody wants, so that the first caller after a start does not wait for code, model and
 * postings to be read. What fails here fails where somebody asks, and is told there. Disposing of it ends the asking.
 */
export function warmUp(service: Service): AsyncDisposable {
  const abort = new AbortController();
  const asked = OPERATIONS.search.run(service, { query: 'warm up the search', mode: 'hybrid', limit: 1 }, { signal: abort.signal }).then(() => {}, () => {});
  return {
    async [Symbol.asyncDispose](): Promise<void> {
      abort.abort(new DOMException('stopping', 'AbortError'));
      await asked;
    },
  };
}
