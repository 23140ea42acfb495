/** serve: the server as one process, from its settings to its end. */
export { serve, type Serve } from './serve.ts';
