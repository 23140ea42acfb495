/** Stretches of paths, and keys of scopes: the same for every driver. */
import type { PathTest, Place, Scope } from './ports.ts';

/** Above every path that starts with what stands before it; these characters stand in no file name. */
export const AFTER_ALL = '\u{10ffff}\u{10ffff}';

/** Stretches of paths to read with the tests that hold there: one for each prefix, all tests at once where one has none. */
export function byPrefix(paths: readonly PathTest[]): [string, readonly PathTest[] | null][] {
  if (paths.length === 0) return [['', null]];
  if (paths.some((test) => test.prefix === '')) return [['', paths]];
  return [...Map.groupBy(paths, (test) => test.prefix)];
}

/** Equal for scopes that leave the same over. */
export function scopeKey(scope: Scope): string {
  return JSON.stringify([
    scope.views, [...scope.languages].sort(), [...scope.notLanguages].sort(),
    scope.paths.map((test) => test.key).sort(), scope.notPaths.map((test) => test.key).sort(),
  ]);
}

/** Places of one blob in the order of their paths. */
export function byPath(a: Place, b: Place): number {
  if (a.entry.path === b.entry.path) return a.view - b.view;
  return a.entry.path < b.entry.path ? -1 : 1;
}
