import { existsSync } from 'node:fs';
import path from 'node:path';
import { CodeIndexError } from '../base/mod.ts';
import type { Repository } from '../domain/mod.ts';
import { openLocation, repositoryNameOf, unpackArchive } from '../repo/mod.ts';
import { ownFolder, requireName } from './admission.ts';
import type { Call } from './operation.ts';
import { register, type Registration, type Target } from './registration.ts';
import type { Service } from './service.ts';
import { isInside } from './workspace.ts';

/** Unpacked, an upload may have so many times the bytes that it may have packed. */
const UNPACKED_TIMES = 10;

/** The upload of this name, or null where there is none yet. Throws `conflict` where the name belongs to something else. */
export async function uploadNamed(service: Service, name: string): Promise<Repository | null> {
  requireName(name);
  const known = (await (await service.store()).meta.repositories()).find((one) => one.name === name);
  if (known === undefined) return null;
  if (known.url === null && isInside(known.root, ownFolder(service))) return known;
  throw new CodeIndexError('conflict', `The name ${JSON.stringify(name)} belongs to a repository that is no upload.`, 'Choose another name, or remove that repository first.');
}

/** The archive of a job where this machine has it: under the same path, or in its own folder of uploads. */
export function archiveHere(service: Service, file: string): string {
  const own = path.join(service.settings.dataDir, 'uploads', path.basename(file));
  const found = [file, own].find((one) => existsSync(one));
  if (found !== undefined) return found;
  throw new CodeIndexError('not_found', `The uploaded archive ${path.basename(file)} is not on this machine, which is to unpack it.`, 'Let servers and workers share the folders `uploads` and `repositories` of the data folder, then upload it again.');
}

/** Unpacks an archive into the folder of the repository of this name, replacing what was there, and registers it. */
export async function unpackInto(service: Service, file: string, wanted: Registration & { readonly name: string }, call: Call): Promise<readonly Target[]> {
  const known = await uploadNamed(service, wanted.name);
  const into = ownFolder(service);
  const root = known?.root ?? freeFolder(into, repositoryNameOf(wanted.name));
  const { maxUploadBytes } = service.settings;
  await unpackArchive(file, {
    root, into, mostBytes: (maxUploadBytes ?? Number.POSITIVE_INFINITY) * UNPACKED_TIMES,
    ...(call.signal === undefined ? {} : { signal: call.signal }),
    onProgress: (text) => call.onProgress?.({ kind: 'clone', repository: wanted.name, text }),
  });
  const location = await openLocation(root);
  // Its paths are the stranger's: no git of a folder around may say which of them count.
  if (location.kind !== 'folder') throw new CodeIndexError('internal', `${root} lies in a git repository.`, 'Put the data folder outside of repositories, with CODE_INDEX_DATA_DIR.');
  return register(service, location.root, { ...wanted, exactly: true }, call);
}

function freeFolder(into: string, name: string): string {
  for (let number = 1; ; number++) {
    const folder = path.join(into, number === 1 ? name : `${name}-${number}`);
    if (!existsSync(folder)) return folder;
  }
}
