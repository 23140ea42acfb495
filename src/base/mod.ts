/**
 * base: what every floor may lean on. Knows nothing of code, repositories or searching.
 */
export { ERROR_CODES, CodeIndexError, asCodeIndexError, type ErrorCode } from './errors.ts';
export { LIMITS } from './limits.ts';
export { LOG_LEVELS, type Log, type LogLevel } from './log.ts';
export { comparePaths } from './paths.ts';
export { ByteReader, ByteWriter } from './bytes.ts';
export { breathe, throwIfAborted } from './abort.ts';
export { METRICS, NO_METER, type Meter, type MetricLabels, type MetricName } from './meter.ts';
