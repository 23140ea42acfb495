/** ONNX models of one operation, written byte by byte: `last_hidden_state = Gather(table, input_ids)`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return [...bytes, rest];
}

/** A field of protobuf: a number, or bytes with their length before them. */
function field(number: number, value: number | string | readonly number[]): number[] {
  if (typeof value === 'number') return [...varint(number * 8), ...varint(value)];
  const bytes = typeof value === 'string' ? [...Buffer.from(value)] : value;
  return [...varint(number * 8 + 2), ...varint(bytes.length), ...bytes];
}

const FLOAT = 1;
const INT64 = 7;

/** ValueInfoProto: a name, an element type and named dimensions. */
function valueInfo(name: string, type: number, dimensions: readonly string[]): number[] {
  const shape = dimensions.flatMap((each) => field(1, field(2, each)));
  return [...field(1, name), ...field(2, field(1, [...field(1, type), ...field(2, shape)]))];
}

/** ModelProto; `table` has one row for each token. Declares a mask, as real models do, and does not use it. */
function gatherModel(table: readonly (readonly number[])[]): Uint8Array {
  const floats = new Uint8Array(Float32Array.from(table.flat()).buffer);
  const tensor = [...field(1, table.length), ...field(1, (table[0] as readonly number[]).length), ...field(2, FLOAT), ...field(8, 'table'), ...field(9, [...floats])];
  const node = [...field(1, 'table'), ...field(1, 'input_ids'), ...field(2, 'last_hidden_state'), ...field(4, 'Gather')];
  const graph = [
    ...field(1, node), ...field(2, 'tiny'), ...field(5, tensor),
    ...field(11, valueInfo('input_ids', INT64, ['batch', 'tokens'])), ...field(11, valueInfo('attention_mask', INT64, ['batch', 'tokens'])),
    ...field(12, valueInfo('last_hidden_state', FLOAT, ['batch', 'tokens', 'dimension'])),
  ];
  return Uint8Array.from([...field(1, 8), ...field(8, [...field(1, ''), ...field(2, 13)]), ...field(7, graph)]);
}

/** A WordPiece tokenizer that knows whole words alone, as `tokenizer.json` describes it. */
function wordTokenizer(words: readonly string[]): unknown {
  const vocabulary = Object.fromEntries(['[PAD]', '[UNK]', ...words].map((word, id) => [word, id]));
  return {
    version: '1.0', truncation: null, padding: null, added_tokens: [], normalizer: null, pre_tokenizer: { type: 'WhitespaceSplit' }, post_processor: null, decoder: null,
    model: { type: 'WordPiece', vocab: vocabulary, unk_token: '[UNK]', continuing_subword_prefix: '##', max_input_chars_per_word: 100 },
  };
}

export function writeModelFolder(folder: string, words: readonly string[], table: readonly (readonly number[])[], more: Readonly<Record<string, unknown>> = {}): string {
  mkdirSync(path.join(folder, '1_Pooling'), { recursive: true });
  writeFileSync(path.join(folder, 'model.onnx'), gatherModel(table));
  writeFileSync(path.join(folder, 'tokenizer.json'), JSON.stringify(wordTokenizer(words)));
  for (const [name, content] of Object.entries(more)) writeFileSync(path.join(folder, name), JSON.stringify(content));
  return folder;
}
