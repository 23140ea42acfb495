import { zstdDecompressSync } from 'node:zlib';
import { packFacts, type Facts } from '../domain/mod.ts';
import { languageNamed } from './languages/detect.ts';
import { openParser, plainFacts, type FactsParser } from './parse/mod.ts';
import { TermBlockBuilder } from './term-block.ts';
import type { ChunkEncoder, ParseItem, ParseResult, ParseTask } from './threads/messages.ts';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
let parser: Promise<FactsParser> | undefined;

/**
 * Parses some stored texts: packed facts and, by `encoder`, vectors for each, and one term and one name block for all.
 * Throws only when a grammar crashes.
 */
export async function runParseTask(task: ParseTask, at: Int32Array, encoder: ChunkEncoder | null): Promise<ParseResult> {
  const builder = new TermBlockBuilder();
  const outcomes: ParseResult['outcomes'][number][] = [];
  for await (const { item, text, facts } of parsedItems(task, at)) {
    builder.add(text, facts);
    const failed = facts.problems.find(({ kind }) => kind !== 'parse_errors' && kind !== 'not_utf8')?.kind;
    outcomes.push({
      blob: item.blob, packed: packFacts(facts, text), chunks: facts.chunks.length, symbols: facts.symbols.length,
      occurrences: facts.occurrences.length, textOnly: item.textOnly ?? (failed as ParseItem['textOnly'] | undefined) ?? null, problems: [...item.problems, ...facts.problems],
      vectors: encoder === null ? null : vectorsOf(encoder, { language: item.language, text, facts }),
    });
  }
  return { kind: 'parse', outcomes, ...builder.finish() };
}

/** A fault of the encoder must not look like one of the grammar: the file keeps its facts, and embedding it alone tells what happened. */
function vectorsOf(encoder: ChunkEncoder, file: Parameters<ChunkEncoder['encodeFile']>[0]): Int8Array | null {
  try {
    return encoder.encodeFile(file);
  } catch {
    return null;
  }
}

/** The items in order, each with its text and its facts; `at` says which one is under way. */
export async function* parsedItems<Item extends ParseItem>(task: { readonly packs: readonly Uint8Array[]; readonly items: readonly Item[] }, at: Int32Array): AsyncGenerator<{ item: Item; text: string; facts: Facts }> {
  const factsParser = await (parser ??= openParser());
  let pack = -1;
  let unpacked: Uint8Array = new Uint8Array(0);
  for (const [index, item] of task.items.entries()) {
    Atomics.store(at, 0, index);
    const { offset, length } = item.content;
    if (item.content.pack !== pack) {
      pack = item.content.pack;
      unpacked = zstdDecompressSync(task.packs[pack] as Uint8Array);
    }
    const text = decoder.decode(unpacked.subarray(offset, offset + length));
    yield { item, text, facts: await factsOf(factsParser, item, text) };
  }
}

async function factsOf(factsParser: FactsParser, item: ParseItem, text: string): Promise<Facts> {
  const language = languageNamed(item.language);
  if (item.textOnly !== null || language === null) return plainFacts(text);
  return factsParser.facts('', language, text);
}
