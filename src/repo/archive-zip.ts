import yauzl, { type Entry, type ZipFile } from 'yauzl';
import { CodeIndexError, throwIfAborted } from '../base/mod.ts';
import type { Unpacking } from './archive-writer.ts';

/** Systems whose attributes are modes of Unix. */
const UNIX: readonly number[] = [3, 19];
const TYPE = 0o170000;
const LINK_CHARS = 4_096;

/** Reads a zip file by its directory. */
export async function readZip(file: string, unpacking: Unpacking, signal: AbortSignal | undefined): Promise<void> {
  const zip = await open(file);
  try {
    for (let entry = await next(zip); entry !== null; entry = await next(zip)) {
      throwIfAborted(signal);
      await take(zip, entry, unpacking);
    }
  } catch (error) {
    throw error instanceof CodeIndexError || (error as Error).name === 'AbortError' || (error as NodeJS.ErrnoException).syscall !== undefined ? error : damaged(error as Error);
  } finally {
    zip.close();
  }
}

function open(file: string): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    yauzl.open(file, { lazyEntries: true, autoClose: false, validateEntrySizes: true }, (error, zip) => (error === null ? resolve(zip) : reject(damaged(error))));
  });
}

function next(zip: ZipFile): Promise<Entry | null> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      zip.off('entry', onEntry).off('end', onEnd).off('error', onError);
    };
    const onEntry = (entry: Entry): void => {
      leave();
      resolve(entry);
    };
    const onEnd = (): void => {
      leave();
      resolve(null);
    };
    const onError = (error: Error): void => {
      leave();
      reject(error);
    };
    zip.on('entry', onEntry).on('end', onEnd).on('error', onError);
    zip.readEntry();
  });
}

async function take(zip: ZipFile, entry: Entry, unpacking: Unpacking): Promise<void> {
  const name = entry.fileName;
  const type = UNIX.includes(entry.versionMadeBy >>> 8) ? (entry.externalFileAttributes >>> 16) & TYPE : 0;
  if (entry.isEncrypted()) unpacking.refuse(name, 'encrypted');
  if (!entry.canDecodeFileData()) unpacking.refuse(name, 'packed in a way that is not known here');
  if (type === 0o120000) {
    let target = '';
    for await (const piece of await contentOf(zip, entry)) {
      target += piece.toString();
      if (target.length > LINK_CHARS) break;
    }
    unpacking.link(name, target, false);
  } else if (type === 0o040000 || name.endsWith('/')) unpacking.folder(name);
  else if (type === 0 || type === 0o100000) await unpacking.file(name, await contentOf(zip, entry));
  else unpacking.refuse(name, 'a device or a pipe');
}

function contentOf(zip: ZipFile, entry: Entry): Promise<AsyncIterable<Buffer>> {
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => (error === null ? resolve(stream as AsyncIterable<Buffer>) : reject(error)));
  });
}

function damaged(error: Error): CodeIndexError {
  // The library's own words for names that lead elsewhere.
  const path = /^(absolute path|invalid relative path|invalid characters in fileName): (.*)$/.exec(error.message);
  if (path !== null) return new CodeIndexError('path_not_allowed', `The archive holds the path ${JSON.stringify(path[2]?.slice(0, 100))}, which leads out of it or is no name.`, 'Pack it again with paths relative to the root of the repository.');
  return new CodeIndexError('invalid_query', `The zip file is damaged or cut off (${error.message.replace(/\.$/, '')}).`, 'Pack and upload it again.');
}
