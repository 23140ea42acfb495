/** Which operation answers which address. Names of parameters are the fields' in snake case, as in the tools. */
import { OPERATIONS, type AnyOperation } from '../../service/mod.ts';

export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly operation: AnyOperation;
}

export const ROUTES: readonly Route[] = [
  { method: 'GET', path: '/api/search', operation: OPERATIONS.search },
  { method: 'GET', path: '/api/symbols', operation: OPERATIONS.symbol },
  { method: 'GET', path: '/api/similar', operation: OPERATIONS.similar },
  { method: 'GET', path: '/api/repositories', operation: OPERATIONS.list },
  { method: 'GET', path: '/api/status', operation: OPERATIONS.status },
  { method: 'GET', path: '/api/files', operation: OPERATIONS.read },
];
