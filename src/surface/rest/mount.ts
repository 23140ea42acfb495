import { checkInput, runOperation } from '../../service/mod.ts';
import type { Mount } from '../http/mod.ts';
import { ROUTES } from './routes.ts';

/** The routes of the table. */
export const mountRest: Mount = (http, context) => {
  for (const { method, path, operation } of ROUTES) {
    http.route({
      method, url: path,
      handler: async (request) => {
        const raw = Object.fromEntries(Object.entries(request.query as Record<string, unknown>).map(([name, value]) => [camel(name), value]));
        return runOperation(context.serviceOf(request), operation, checkInput(operation.fields, raw), { signal: context.signalOf(request) }, 'rest');
      },
    });
  }
};

function camel(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
