import { join } from 'node:path';
import { LIMITS } from '../base/mod.ts';
import type { TextItem, TextOutcome, TextResult } from '../code/mod.ts';
import { openBlobReader, type FoundFile } from '../repo/mod.ts';
import type { NewBlob } from '../store/mod.ts';
import { batches, pipeline } from './batches.ts';
import { entryOf, isEdited, type EntryChange } from './diff.ts';
import type { Run } from './run.ts';

/** Reads files and makes them searchable as text, batch by batch; each batch is visible as soon as it is committed. */
export async function textPhase(run: Run, files: readonly FoundFile[]): Promise<void> {
  const total = files.reduce((sum, file) => sum + file.size, 0);
  // One batch for each thread where that fills them: every batch pays anew for the trigrams that all texts share.
  const bytes = Math.min(LIMITS.textBatchBytes, Math.max(LIMITS.textBatchLeastBytes, Math.ceil(total / run.pool.threads) + 65_536));
  const reader = run.view.kind === 'worktree' ? null : openBlobReader(run.location);
  let done = 0;
  let doneBytes = 0;
  try {
    await pipeline(
      batches(files, (file) => file.size, { bytes, count: LIMITS.textBatchFiles }),
      run.pool.threads + 1,
      async (batch) => run.pool.text({ kind: 'text', objectFormat: run.location.objectFormat, mask: run.masked === null ? null : { allowed: run.masked.digests }, items: await itemsOf(run, batch, reader) }, run.signal),
      async (result, batch) => {
        done += batch.length;
        doneBytes += batch.reduce((sum, file) => sum + file.size, 0);
        await commitTexts(run, batch, result, files.length - done);
        run.onProgress?.({ kind: 'text', repository: run.repository.name, done, total: files.length, bytes: doneBytes });
      },
    );
  } finally {
    await reader?.close();
  }
}

async function itemsOf(run: Run, batch: readonly FoundFile[], reader: ReturnType<typeof openBlobReader> | null): Promise<TextItem[]> {
  if (reader === null) {
    return batch.map((file) => ({ path: file.path, file: fileName(run.location.root, file), bytes: null, forced: file.forced, ...asIs(run, file) }));
  }
  const contents = await reader.read(batch.flatMap((file) => (file.oid === null ? [] : [file.oid])));
  return batch.map((file) => ({ path: file.path, file: null, bytes: contents.get(file.oid as string) ?? new Uint8Array(0), forced: file.forced, ...asIs(run, file) }));
}

function asIs({ masked, repository }: Run, { path }: FoundFile): { unmasked?: true } {
  return masked?.allows(repository.name, path) === true ? { unmasked: true } : {};
}

function fileName(root: string, file: FoundFile): string | Uint8Array {
  return file.rawPath === null ? join(root, file.path) : Buffer.concat([Buffer.from(`${root}/`), file.rawPath]);
}

async function commitTexts(run: Run, batch: readonly FoundFile[], result: TextResult, pendingFiles: number): Promise<void> {
  const blobs: NewBlob[] = [];
  const indexByKey = new Map<string, number>();
  const upsert: EntryChange[] = batch.map((file, at) => {
    const outcome = result.outcomes[at] as TextOutcome;
    if (outcome.skipped !== null) {
      run.counts.skipped++;
      return entryOf(file, { skipped: outcome.skipped, size: file.size });
    }
    const key = `${outcome.oid}:${outcome.language}`;
    let index = indexByKey.get(key);
    if (index === undefined) {
      index = blobs.length;
      indexByKey.set(key, index);
      blobs.push({
        oid: outcome.oid, language: outcome.language, size: outcome.size, lines: outcome.lines,
        textOnly: outcome.textOnly, problems: outcome.problems, content: outcome.content as NewBlob['content'],
      });
    }
    if (outcome.textOnly !== null) run.counts.textOnly++;
    run.counts.bytes += outcome.size;
    return entryOf(file, { new: index, edited: isEdited(file, outcome.oid) });
  });
  await run.store.commit({ repository: run.repository.id, blobs, packs: result.packs, trigrams: result.trigrams, view: { id: run.view.id, upsert, pendingFiles } });
}
