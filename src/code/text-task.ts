import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

import type { Problem } from '../domain/mod.ts';
import { classify, countLines } from './classify.ts';
import { languageOf, languageOfText } from './languages/detect.ts';
import { Packer } from './packer.ts';
import { maskSecrets, searchesFor } from './secrets/mod.ts';
import type { TextItem, TextOutcome, TextResult, TextTask } from './threads/messages.ts';
import { TrigramBlockBuilder } from './trigram-block.ts';
import { TrigramSet } from './trigrams.ts';

let marks: TrigramSet | undefined;

/** Reads, decodes, hashes, compresses and takes the trigrams of some files. Needs no parser: text is searchable after it. */
export function runTextTask(task: TextTask, at: Int32Array): TextResult {
  const builder = new TrigramBlockBuilder((marks ??= new TrigramSet()));
  const packer = new Packer();
  const seen = new Set<string>();
  const allowed = task.mask === null ? null : new Set(task.mask.allowed);
  const outcomes = task.items.map((item, index) => {
    Atomics.store(at, 0, index);
    const bytes = bytesOf(item);
    if (bytes === null) return { skipped: 'unreadable', size: 0 } as const;
    return textOutcome(item, bytes, { format: task.objectFormat, allowed: item.unmasked === true ? null : allowed, seen, builder, packer });
  });
  return { kind: 'text', outcomes, packs: packer.finish(), trigrams: builder.finish() };
}

function bytesOf(item: TextItem): Uint8Array | null {
  if (item.bytes !== null) return item.bytes;
  try {
    return readFileSync(typeof item.file === 'string' ? item.file : Buffer.from(item.file as Uint8Array));
  } catch {
    return null;
  }
}

/** What the files of one task share; `allowed` null: nothing is masked. */
interface Making {
  readonly format: string;
  readonly allowed: ReadonlySet<string> | null;
  readonly seen: Set<string>;
  readonly builder: TrigramBlockBuilder;
  readonly packer: Packer;
}

function textOutcome(item: TextItem, bytes: Uint8Array, { format, allowed, seen, builder, packer }: Making): TextOutcome {
  const found = classify(item.path, bytes, item.forced);
  if (found.skipped !== null) return found;
  const { text } = found;
  const oid = createHash(format).update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
  const firstLine = text.startsWith('#!') ? text.slice(0, 120).split('\n', 1)[0] : undefined;
  const named = languageOf(item.path, firstLine);
  const language = named === null ? 'text' : languageOfText(named, item.path, text).name;
  const key = `${oid}:${language}`;
  const fresh = !seen.has(key);
  seen.add(key);
  const stored = fresh ? storedText(item.path, text, allowed, builder) : { text: '', problems: [] };
  return {
    skipped: null, oid, language, size: bytes.length, lines: countLines(text), textOnly: found.textOnly, problems: [...found.problems, ...stored.problems],
    content: fresh ? packer.add(stored.text) : null,
  };
}

/** The text as it is stored, its trigrams given to the builder. The trigrams tell at once of most texts that there is nothing to hide. */
function storedText(path: string, text: string, allowed: ReadonlySet<string> | null, builder: TrigramBlockBuilder): { readonly text: string; readonly problems: readonly Problem[] } {
  const trigrams = builder.trigramsOf(text);
  const searches = allowed === null ? null : searchesFor(trigrams, path);
  const masked = allowed === null || searches === null ? { text, findings: [] } : maskSecrets(text, path, allowed, searches);
  if (masked.findings.length === 0) builder.addFound(trigrams);
  else builder.add(masked.text);
  return { text: masked.text, problems: masked.findings.map((secret) => ({ kind: 'secret', message: `Line ${secret.line}: masked (${secret.rule}).`, secret })) };
}
