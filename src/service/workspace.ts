import path from 'node:path';
import type { View } from '../domain/mod.ts';
import type { Store } from '../store/mod.ts';

export interface WorkspaceItem {
  readonly repository: string;
  readonly view: number;
}

/**
 * The views that belong to folders: of each folder the innermost indexed one around it,
 * and where there is none, those inside it.
 */
export async function workspaceOf(store: Store, folders: readonly string[]): Promise<readonly WorkspaceItem[]> {
  if (folders.length === 0) return [];
  const [repositories, views] = await Promise.all([store.meta.repositories(), store.meta.views()]);
  const names = new Map(repositories.map((one) => [one.id, one.name]));
  const found = new Map<number, View>();
  for (const folder of folders) {
    for (const view of viewsOf(views, folder)) found.set(view.id, view);
  }
  return [...found.values()].map((view) => ({ repository: names.get(view.repository) ?? '', view: view.id }));
}

function viewsOf(views: readonly View[], folder: string): readonly View[] {
  const around = views.filter((view) => view.root !== null && isInside(folder, view.root));
  if (around.length > 0) {
    const longest = Math.max(...around.map((view) => (view.root as string).length));
    return around.filter((view) => (view.root as string).length === longest);
  }
  return views.filter((view) => view.root !== null && isInside(view.root, folder));
}

/** Whether `inner` is `outer` or lies below it. Both absolute. */
export function isInside(inner: string, outer: string): boolean {
  const relative = path.relative(outer, inner);
  return relative === '' || (!relative.startsWith(`..${path.sep}`) && relative !== '..' && !path.isAbsolute(relative));
}
