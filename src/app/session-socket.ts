/** Where the sessions of one machine find the server of a data folder. Read by the thin client: nothing heavy belongs here. */
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, lstatSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Systems take 104 to 108 bytes, the last of them a zero. */
const LONGEST_SOCKET_PATH = 100;
const NAME = 'serve.sock';

/** Named pipes have no folders, so the folder is in the name. */
function pipeOf(dataDir: string): string {
  return `\\\\.\\pipe\\code-index-${createHash('sha256').update(dataDir).digest('hex').slice(0, 32)}`;
}

/** The socket to connect to; null where no server of this data folder has one. */
export function socketOf(dataDir: string): string | null {
  if (process.platform === 'win32') return pipeOf(dataDir);
  const entry = path.join(dataDir, NAME);
  try {
    const stat = lstatSync(entry);
    if (stat.isSocket()) return entry;
    return stat.isFile() && stat.size < 4_096 ? readFileSync(entry, 'utf8').trim() : null;
  } catch {
    return null;
  }
}

/** Whether a server of this data folder runs, or died without taking its socket away. */
export function isServed(dataDir: string): boolean {
  const socket = socketOf(dataDir);
  return socket !== null && existsSync(socket);
}

export interface PlacedSocket {
  /** To listen on. */
  readonly path: string;
  /** Listening began: others may find it, and only this user may connect. */
  announce(): void;
  /** Takes away what was made. */
  remove(): void;
}

/**
 * A place for the socket, free of what a dead server left there. A data folder with too long a name holds a file with
 * the path of the socket instead, which then lies in a folder of its own that only this user enters.
 */
export function placeSocket(dataDir: string): PlacedSocket {
  if (process.platform === 'win32') return { path: pipeOf(dataDir), announce: () => {}, remove: () => {} };
  const entry = path.join(dataDir, NAME);
  const former = socketOf(dataDir);
  if (former !== null && former !== entry && isOurs(former)) rmSync(path.dirname(former), { recursive: true, force: true });
  rmSync(entry, { force: true });
  if (Buffer.byteLength(entry) <= LONGEST_SOCKET_PATH) return { path: entry, announce: () => chmodSync(entry, 0o600), remove: () => rmSync(entry, { force: true }) };
  const folder = mkdtempSync(path.join(tmpdir(), 'code-index-'));
  const socket = path.join(folder, NAME);
  return {
    path: socket,
    announce: () => writeFileSync(entry, `${socket}\n`, { mode: 0o600 }),
    remove: () => {
      rmSync(entry, { force: true });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Whatever a file says, only a folder that this program made is removed. */
function isOurs(socket: string): boolean {
  const folder = path.dirname(socket);
  return path.basename(socket) === NAME && path.dirname(folder) === tmpdir() && path.basename(folder).startsWith('code-index-');
}
