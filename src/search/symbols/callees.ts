import { throwIfAborted } from '../../base/mod.ts';
import { unpackImports, unpackOccurrences, type Occurrence } from '../../domain/mod.ts';
import { snippetOf, type ResultMaker } from '../answer/result.ts';
import type { SymbolResult } from '../requests.ts';
import type { Resolved } from '../scope/resolve.ts';
import { bind, type UseFile } from './bind.ts';
import { findDefinitions, type Definition } from './definitions.ts';
import { definitionResult } from './result.ts';
import { lineOfOffset } from './uses.ts';

/** Definitions whose bodies are looked into, and names that are looked up, at most. */
const MOST_BODIES = 3;
const MOST_NAMES = 60;
/** Files opened for one called name: a name with more definitions is bound by its own file or stays a candidate. */
const FILES_OF_NAME = 24;

/** What the bodies of some definitions call, each name once for each body, bound like any other use. */
export async function findCallees(resolved: Resolved, maker: ResultMaker, definitions: readonly Definition[], signal: AbortSignal | undefined): Promise<{ results: SymbolResult[]; exact: boolean }> {
  const repositoryOf = new Map(resolved.views.map(({ id, repository }) => [id, repository]));
  const bodies = definitions.filter(({ symbol, text }) => text.slice(symbol.span.start, symbol.span.end).trim() !== symbol.name);
  const results: SymbolResult[] = [];
  let exact = bodies.length <= MOST_BODIES;
  const known = new Map<string, readonly Definition[]>();
  for (const body of bodies.slice(0, MOST_BODIES)) {
    const { symbol, text, packed } = body;
    const calls = new Map<string, { use: Occurrence; times: number }>();
    for (const use of unpackOccurrences(packed, (start) => start >= symbol.span.start && start < symbol.span.end)) {
      if (use.role !== 'call') continue;
      const name = text.slice(use.start, use.start + use.length);
      const seen = calls.get(name);
      if (seen === undefined) calls.set(name, { use, times: 1 });
      else seen.times++;
    }
    const file: UseFile = {
      repository: repositoryOf.get(body.place.view) ?? -1, blob: body.blob, path: body.place.entry.path, language: body.info?.language ?? '', text,
      symbols: body.symbols, imports: unpackImports(packed),
    };
    exact = exact && calls.size <= MOST_NAMES;
    for (const [name, { use, times }] of [...calls].slice(0, MOST_NAMES)) {
      throwIfAborted(signal);
      let targets = known.get(name);
      if (targets === undefined) known.set(name, (targets = (await findDefinitions(resolved, name, { exactOnly: true, first: [body.blob], mostFiles: FILES_OF_NAME })).found));
      const edge = bind(use, file, targets, (definition) => repositoryOf.get(definition.place.view) ?? file.repository);
      const { line, start } = lineOfOffset(text, use.start);
      const why = [`called in ${symbol.name} at line ${line}${times > 1 ? `, ${times} times` : ''}`];
      if (edge.target !== null) {
        results.push(definitionResult(maker, edge.target, { relation: 'callee', role: 'call', tier: edge.tier, method: edge.method, why }));
        continue;
      }
      const { snippet, matches } = snippetOf(text, line, line, [[use.start, use.start + use.length]], start);
      results.push({
        ...maker.base(body.place, body.info), startLine: line, endLine: line, score: 0, kind: 'line',
        symbol: { name, kind: 'function', container: null, signature: null }, snippet, matches, why: [...why, 'its definition is not indexed'],
        relation: 'callee', role: 'call', tier: 'candidate', method: 'name alone',
      });
    }
  }
  return { results, exact };
}
