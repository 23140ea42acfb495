import { createReadStream, openSync, readSync, closeSync } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { Parser, type ReadEntry } from 'tar';
import { CodeIndexError, throwIfAborted } from '../base/mod.ts';
import type { Unpacking } from './archive-writer.ts';

const BLOCK = 512;

/** Reads a tarball, plain or gzip. Decompressed here and not by the parser, so that every byte is counted. */
export async function readTar(file: string, unpacking: Unpacking, signal: AbortSignal | undefined): Promise<void> {
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});
  let failure: unknown = null;
  const fail = (error: unknown): void => {
    failure ??= error;
    failed.reject(error);
  };
  let under: Promise<void> = Promise.resolve();
  const parser = new Parser({
    onReadEntry: (entry: ReadEntry) => {
      under = take(entry, unpacking).catch(fail);
    },
    onwarn: (code: string, message: string | Error) => {
      if (code !== 'TAR_ENTRY_INFO') fail(damaged(String(message)));
    },
  });
  parser.on('error', fail);
  const ended = new Promise<void>((resolve) => parser.on('end', resolve));
  try {
    for await (const piece of plain(file, unpacking)) {
      throwIfAborted(signal);
      if (failure !== null) throw failure;
      if (!parser.write(piece)) await Promise.race([new Promise((resolve) => parser.once('drain', resolve)), failed.promise]);
    }
    parser.end();
    await Promise.race([ended, failed.promise]);
    await under;
    if (failure !== null) throw failure;
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    if (typeof code === 'string' && code.startsWith('Z_')) throw damaged((error as Error).message);
    throw error;
  }
}

/** The bytes of the tarball, at least a block at first: what is packed twice is no tarball. */
async function* plain(file: string, unpacking: Unpacking): AsyncGenerator<Buffer> {
  const source = createReadStream(file);
  const bytes = isGzip(file) ? source.pipe(createGunzip()) : source;
  source.on('error', (error) => bytes.destroy(error));
  let head: Buffer | null = Buffer.alloc(0);
  let total = 0;
  try {
    for await (const piece of bytes as AsyncIterable<Buffer>) {
      total += piece.length;
      unpacking.count(total);
      if (head === null) {
        yield piece;
        continue;
      }
      head = Buffer.concat([head, piece]);
      if (head.length < BLOCK) continue;
      if (head.subarray(257, 262).toString('latin1') !== 'ustar') throw damaged('no header of a tarball is at its beginning');
      yield head;
      head = null;
    }
    if (head !== null) throw damaged('it ends too early');
  } finally {
    source.destroy();
  }
}

function isGzip(file: string): boolean {
  const head = Buffer.alloc(2);
  const descriptor = openSync(file, 'r');
  readSync(descriptor, head, 0, 2, 0);
  closeSync(descriptor);
  return head[0] === 0x1f && head[1] === 0x8b;
}

async function take(entry: ReadEntry, unpacking: Unpacking): Promise<void> {
  const { type, path } = entry;
  switch (type) {
    case 'File':
    case 'OldFile':
    case 'ContiguousFile':
      return unpacking.file(path, entry as unknown as AsyncIterable<Uint8Array>);
    case 'Directory':
    case 'GNUDumpDir':
      unpacking.folder(path);
      break;
    case 'SymbolicLink':
    case 'Link':
      unpacking.link(path, entry.linkpath ?? '', type === 'Link');
      break;
    default:
      unpacking.refuse(path, type === 'CharacterDevice' || type === 'BlockDevice' || type === 'FIFO' ? 'a device or a pipe' : 'neither a file nor a folder');
  }
  entry.resume();
}

function damaged(why: string): CodeIndexError {
  return new CodeIndexError('invalid_query', `The tarball is damaged or cut off (${why.replace(/\.$/, '')}).`, 'Pack and upload it again.');
}
