/**
 * The order of paths everywhere: by their UTF-8 bytes, as git and SQLite sort. UTF-16 order differs only where a
 * surrogate meets a unit above the surrogates, so plain comparison decides nearly always.
 */
export function comparePaths(a: string, b: string): number {
  if (a === b) return 0;
  if (!SURROGATE.test(a) && !SURROGATE.test(b)) return a < b ? -1 : 1;
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

const SURROGATE = /[\ud800-\udfff]/;
