/**
 * queue: "Who does it, and when?" A job says what and why, never how.
 *
 * Invariants: jobs of one repository run one after the other; a job that would repeat a waiting one is not added;
 * whatever was acknowledged is done or says why not, also after a restart.
 */
export type { Asked, Execute, JobRecords, Queue, QueueCondition, QueueOptions } from './port.ts';
export type { SharedQueueOptions } from './bullmq/queue.ts';
export type { RedisPlace } from './bullmq/connection.ts';
export { openMemoryQueue } from './memory/memory.ts';
export { isRetryable } from './pace.ts';
export { openSharedQueue, redisCondition } from './shared.ts';
