/**
 * http: one listener for everything that is served. Who calls, how much they may ask, and whether the server is well is
 * decided here; what is answered comes from the surfaces that are mounted.
 */
export { openHttp } from './server.ts';
export { openMeter, type MeterOptions, type ServerMeter } from './metrics.ts';
export { nestsTooDeep } from './nesting.ts';
export { isLoopback } from './places.ts';
export { statusOf } from './errors.ts';
export type { AccessSettings, HttpContext, HttpOptions, HttpRules, HttpServer, Mount, Probed } from './port.ts';
