import { asCodeIndexError, throwIfAborted } from '../base/mod.ts';
import { requireRole } from './caller.ts';
import { errorFor } from './places.ts';
import type { Call } from './operation.ts';
import type { AnyOperation } from './operations.ts';
import type { Service } from './service.ts';

/** Which face a call came through, for figures. */
export type Face = 'cli' | 'mcp' | 'rest';

/**
 * Runs one operation for the service's caller: the one door that all faces go through. Checks the caller's role, counts
 * and times, and keeps acts that change something in the audit log.
 */
export async function runOperation<Output>(service: Service, operation: AnyOperation, input: unknown, call: Call, face: Face): Promise<Output> {
  const { identity, meter } = service;
  const started = performance.now();
  let outcome = 'done';
  try {
    requireRole(identity, operation);
    throwIfAborted(call.signal);
    return (await operation.run(service, input, call)) as Output;
  } catch (thrown) {
    outcome = asCodeIndexError(thrown, operation.name).code;
    throw operation.effect === 'read' ? thrown : errorFor(service, thrown);
  } finally {
    meter.count('code_index_operations_total', { operation: operation.name, surface: face, outcome });
    meter.set('code_index_operation_duration_seconds', (performance.now() - started) / 1_000, { operation: operation.name });
    if (operation.effect !== 'read' && operation.keepsOwnRecord !== true && service.settings.audit) await keep(service, operation, input, outcome);
  }
}

async function keep(service: Service, operation: AnyOperation, input: unknown, outcome: string): Promise<void> {
  const { name, repository, path, url, id, jwt, subject } = input as Record<string, unknown>;
  const target = String(name ?? repository ?? url ?? path ?? id ?? jwt ?? subject ?? '').replace(/:\/\/[^/@]*@/, '://');
  const store = await service.store();
  await store.journal.append({ time: new Date().toISOString(), actor: service.identity.id, act: operation.name, target, outcome });
}
