/** The local socket beside HTTP: sessions of `code-index mcp` share this server. */
import type { ChildProcess } from 'node:child_process';
import { connect } from 'node:net';
import type { Log } from '../../base/mod.ts';
import type { Service } from '../../service/mod.ts';
import { listenForSessions } from '../../surface/mcp/mod.ts';
import { SETTINGS, readSettings, type Settings } from '../flags.ts';
import { placeSocket, socketOf } from '../session-socket.ts';

export interface Sessions {
  readonly settings: Settings;
  readonly service: Service;
  readonly version: string;
  readonly log: Log;
  start(words: readonly string[]): ChildProcess;
}

/** Listens in the data folder. Without it sessions answer by themselves, so what prevents it is told, and no more. */
export async function openSessions({ settings, service, version, log, start }: Sessions): Promise<AsyncDisposable> {
  const { dataDir } = service.settings;
  const nothing: AsyncDisposable = { [Symbol.asyncDispose]: async () => {} };
  const present = socketOf(dataDir);
  if (present !== null && (await isAlive(present))) {
    log('info', 'Another server has the local socket of this data folder: sessions of this machine share that one.');
    return nothing;
  }
  try {
    const place = placeSocket(dataDir);
    const sessions = await listenForSessions({ service, version, address: place.path, start, log, refuse: (given) => disagreement(settings, given) });
    place.announce();
    return {
      async [Symbol.asyncDispose](): Promise<void> {
        place.remove();
        await sessions[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    log('warn', `Sessions of this machine cannot share this server: ${(error as Error).message}.`);
    return nothing;
  }
}

function isAlive(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address);
    const finish = (alive: boolean): void => {
      socket.destroy();
      resolve(alive);
    };
    socket.once('connect', () => finish(true));
    socket.once('error', () => finish(false));
  });
}

/** The first variable that a session was given with another value than this server goes by; null where there is none. */
function disagreement(settings: Settings, given: Readonly<Record<string, string>>): string | null {
  try {
    const theirs = readSettings({}, given);
    const other = SETTINGS.find(({ name, variable }) => given[variable] !== undefined && JSON.stringify(theirs[name]) !== JSON.stringify(settings[name]));
    return other === undefined ? null : `${other.variable} differs`;
  } catch (error) {
    return (error as Error).message;
  }
}
