/** rest: JSON over HTTP, made from the table of operations. */
export { ROUTES, type Route } from './routes.ts';
export { mountRest } from './mount.ts';
