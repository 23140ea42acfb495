import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { classify, countLines } from './classify.ts';
import { languageOf, languageOfText } from './languages/detect.ts';
import { Packer } from './packer.ts';
import type { TextItem, TextOutcome, TextResult, TextTask } from './threads/messages.ts';
import { TrigramBlockBuilder } from './trigram-block.ts';
import { TrigramSet } from './trigrams.ts';

let marks: TrigramSet | undefined;

/** Reads, decodes, hashes, compresses and takes the trigrams of some files. Needs no parser: text is searchable after it. */
export function runTextTask(task: TextTask, at: Int32Array): TextResult {
  const builder = new TrigramBlockBuilder((marks ??= new TrigramSet()));
  const packer = new Packer();
  const seen = new Set<string>();
  const outcomes = task.items.map((item, index) => {
    Atomics.store(at, 0, index);
    const bytes = bytesOf(item);
    if (bytes === null) return { skipped: 'unreadable', size: 0 } as const;
    return textOutcome(item, bytes, task.objectFormat, seen, builder, packer);
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

function textOutcome(item: TextItem, bytes: Uint8Array, format: string, seen: Set<string>, builder: TrigramBlockBuilder, packer: Packer): TextOutcome {
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
  if (fresh) builder.add(text);
  return {
    skipped: null, oid, language, size: bytes.length, lines: countLines(text), textOnly: found.textOnly, problems: found.problems,
    content: fresh ? packer.add(text) : null,
  };
}
