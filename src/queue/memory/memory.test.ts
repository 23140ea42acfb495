import { queueSuite } from '../suite/mod.ts';
import { openMemoryQueue } from './memory.ts';

queueSuite('memory', { open: openMemoryQueue });
