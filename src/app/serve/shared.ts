/** What the servers of one installation share, as this one wants it: its cluster, and what it does with news of others. */
import { LOG_LEVELS, type Log, type LogLevel, type Meter } from '../../base/mod.ts';
import { openMemoryCluster, openRedisCluster, type Cluster } from '../../cluster/mod.ts';
import type { Service } from '../../service/mod.ts';
import type { Settings } from '../flags.ts';
import { redisOf } from '../redis.ts';

export function openCluster(settings: Settings, log: Log, meter: Meter): Promise<Cluster> | Cluster {
  const redis = redisOf(settings);
  return redis === null ? openMemoryCluster(meter) : openRedisCluster({ ...redis, log, meter });
}

/** What is to be done when another process wrote, here and elsewhere. */
export function changedFor(service: Service, cluster: Cluster): () => void {
  return () => {
    service.vectorsChanged();
    void cluster.tell({ kind: 'indexed' });
  };
}

export interface News {
  readonly cluster: Cluster;
  readonly service: Service;
  readonly log: Log;
  setLogLevel(level: LogLevel): void;
  /** Reads the settings again. */
  reload(): void;
}

/** Does what others tell, until it is disposed of. */
export function heedNews({ cluster, service, log, setLogLevel, reload }: News): Disposable {
  return cluster.hear((heard) => {
    switch (heard.kind) {
      case 'indexed':
        // What this process decided about models may be old.
        return service.vectorsChanged();
      case 'missed':
        service.answers.clear();
        return service.vectorsChanged();
      case 'log_level':
        if (!LOG_LEVELS.includes(heard.level)) return undefined;
        setLogLevel(heard.level);
        return log('info', `An administrator set the log level to ${heard.level} for every server.`);
      case 'settings':
        log('info', 'Another server has read its settings again; so does this one.');
        return reload();
      default:
        return undefined;
    }
  });
}
