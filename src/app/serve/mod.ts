/** serve: the server and the worker as one process each, from its settings to its end. */
export { serve, type Serve } from './serve.ts';
export { work } from './worker.ts';
