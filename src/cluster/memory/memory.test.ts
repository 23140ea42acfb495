import { clusterSuite } from '../suite/mod.ts';
import { openMemoryCluster } from './memory.ts';

clusterSuite('one process', { shares: false, open: async () => openMemoryCluster() });
