import { LIMITS, type Meter } from '../../base/mod.ts';
import type { Repository } from '../../domain/mod.ts';
import { backupFolderOf, newestBackupTime, type Service } from '../../service/mod.ts';
import type { Store, StoreStatistics } from '../../store/mod.ts';
import { diskFree } from './probes.ts';

/** Sets the gauges whose values are looked up when somebody asks. */
export async function collectFigures(service: Service, meter: Meter): Promise<void> {
  const store = await service.store();
  const { meta, journal, connections } = store;
  const [repositories, totals, free, dead] = await Promise.all([
    meta.repositories(), totalsOf(store), diskFree(service.settings.dataDir), journal.jobs({ states: ['failed'], limit: LIMITS.pageResults }),
  ]);
  meter.set('code_index_repositories', repositories.length, {});
  meter.set('code_index_files', totals.files, {});
  meter.set('code_index_vectors', totals.vectors, {});
  meter.set('code_index_database_bytes', totals.databaseBytes, {});
  meter.set('code_index_disk_free_bytes', free, {});
  const states = connections?.() ?? { busy: 0, idle: 0, waiting: 0 };
  for (const state of ['busy', 'idle', 'waiting'] as const) meter.set('code_index_database_connections', states[state], { state });
  setFetches(repositories, meter);
  meter.set('mcp_index_queue_size', service.queue?.size() ?? 0, {});
  meter.set('code_index_dead_jobs', dead.length, {});
  // The last one: a folder of backups that cannot be read leaves the other figures as they are.
  const newest = await newestBackupTime(backupFolderOf(service));
  meter.set('code_index_backup_age_seconds', newest === null ? Number.POSITIVE_INFINITY : ageOf(newest), {});
}

/** Totals by store; counting a very large one at every look would keep its database busy. */
const counted = new WeakMap<Store, { readonly at: number; readonly took: number; readonly totals: StoreStatistics }>();

/** Counted anew when at least twenty times as long has passed as counting takes. */
async function totalsOf(store: Store): Promise<StoreStatistics> {
  const now = performance.now();
  const last = counted.get(store);
  if (last !== undefined && now - last.at < last.took * 20) return last.totals;
  const totals = await store.meta.statistics();
  counted.set(store, { at: now, took: performance.now() - now, totals });
  return totals;
}

/** An origin that was never asked counts from when its clone was made. */
function setFetches(repositories: readonly Repository[], meter: Meter): void {
  const clones = repositories.filter(({ url }) => url !== null);
  meter.set('code_index_fetch_age_seconds', Math.max(0, ...clones.map(({ fetchedAt, createdAt }) => ageOf(fetchedAt ?? createdAt))), {});
  meter.set('code_index_fetch_failures', clones.filter(({ fetchFailure }) => fetchFailure !== null).length, {});
}

/** Seconds; never below nothing, whatever the clocks say. */
function ageOf(time: string): number {
  return Math.max(0, (Date.now() - Date.parse(time)) / 1_000);
}
