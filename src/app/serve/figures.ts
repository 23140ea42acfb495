import { LIMITS, type Meter } from '../../base/mod.ts';
import type { Service } from '../../service/mod.ts';
import { diskFree } from './probes.ts';

/** Sets the gauges whose values are looked up when somebody asks. */
export async function collectFigures(service: Service, meter: Meter): Promise<void> {
  const { meta, journal } = await service.store();
  const [repositories, totals, free, dead] = await Promise.all([
    meta.repositories(), meta.statistics(), diskFree(service.settings.dataDir), journal.jobs({ states: ['failed'], limit: LIMITS.pageResults }),
  ]);
  meter.set('code_index_repositories', repositories.length, {});
  meter.set('code_index_files', totals.files, {});
  meter.set('code_index_vectors', totals.vectors, {});
  meter.set('code_index_database_bytes', totals.databaseBytes, {});
  meter.set('code_index_disk_free_bytes', free, {});
  meter.set('mcp_index_queue_size', service.queue?.size() ?? 0, {});
  meter.set('code_index_dead_jobs', dead.length, {});
}
