/**
 * The file of a static model: `CIXM`, version, length of the header, header (JSON), then vocabulary (UTF-8, one word a
 * line), padding to 4, row scales and question weights (float32 each, one a row), and the rows (int8). Little endian.
 */
import { crc32 } from 'node:zlib';
import { CodeIndexError } from '../../base/mod.ts';

export const MODEL_VERSION = 1;
const MAGIC = 'CIXM';
const FIX = 'Reinstall the package, or set EMBEDDING_PROVIDER=none to work without meaning.';

/** How much a word counts by where it stands in a chunk; in code it counts 1. */
export interface FieldWeights {
  readonly name: number;
  readonly comment: number;
  /** The names of the symbols around the chunk. */
  readonly container: number;
}

export interface StaticWeights {
  readonly id: string;
  readonly dimensions: number;
  readonly fields: FieldWeights;
  /** Stemmed words, the most frequent first. */
  readonly vocabulary: readonly string[];
  /** One for each row of the lexicon: words, then hash rows. */
  readonly scales: Float32Array;
  readonly questions: Float32Array;
  /** rows * dimensions. */
  readonly rows: Int8Array;
}

interface Header {
  readonly id: string;
  readonly dimensions: number;
  readonly rows: number;
  readonly fields: FieldWeights;
  readonly vocabularyBytes: number;
  readonly crc: number;
}

export function writeModel(weights: StaticWeights): Uint8Array {
  const vocabulary = Buffer.from(weights.vocabulary.join('\n'));
  const padding = Buffer.alloc((4 - (vocabulary.length % 4)) % 4);
  const body = Buffer.concat([vocabulary, padding, bytesOf(weights.scales), bytesOf(weights.questions), bytesOf(weights.rows)]);
  const header: Header = {
    id: weights.id, dimensions: weights.dimensions, rows: weights.scales.length, fields: weights.fields, vocabularyBytes: vocabulary.length, crc: crc32(body),
  };
  let json = JSON.stringify(header);
  while ((Buffer.byteLength(json) + 12) % 4 !== 0) json += ' ';
  const head = Buffer.alloc(12);
  head.write(MAGIC, 0, 'latin1');
  head.writeUInt32LE(MODEL_VERSION, 4);
  head.writeUInt32LE(Buffer.byteLength(json), 8);
  return Buffer.concat([head, Buffer.from(json), body]);
}

/** Throws `unavailable`, naming `file` and what is wrong with it. */
export function readModel(bytes: Uint8Array, file: string): StaticWeights {
  const fail = (what: string): CodeIndexError => new CodeIndexError('unavailable', `The model file ${JSON.stringify(file)} ${what}.`, FIX);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length < 12 || buffer.toString('latin1', 0, 4) !== MAGIC) throw fail('is no embedding model of code-index');
  const version = buffer.readUInt32LE(4);
  if (version !== MODEL_VERSION) throw fail(`has format ${version}, and this program reads format ${MODEL_VERSION}`);
  const bodyAt = 12 + buffer.readUInt32LE(8);
  if (bodyAt > buffer.length) throw fail('ends within its header');
  const header = JSON.parse(buffer.toString('utf8', 12, bodyAt)) as Header;
  const scalesAt = bodyAt + Math.ceil(header.vocabularyBytes / 4) * 4;
  const rowsAt = scalesAt + header.rows * 8;
  const end = rowsAt + header.rows * header.dimensions;
  if (buffer.length !== end) throw fail(`has ${buffer.length} bytes where its header says ${end}: it is cut off or mixed with another`);
  if (crc32(buffer.subarray(bodyAt)) !== header.crc) throw fail('is damaged: its checksum does not match');
  const floats = (at: number): Float32Array => new Float32Array(buffer.buffer.slice(buffer.byteOffset + at, buffer.byteOffset + at + header.rows * 4));
  return {
    id: header.id, dimensions: header.dimensions, fields: header.fields,
    vocabulary: buffer.toString('utf8', bodyAt, bodyAt + header.vocabularyBytes).split('\n'),
    scales: floats(scalesAt), questions: floats(scalesAt + header.rows * 4),
    rows: new Int8Array(buffer.buffer, buffer.byteOffset + rowsAt, header.rows * header.dimensions),
  };
}

function bytesOf(array: Float32Array | Int8Array): Buffer {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength);
}
