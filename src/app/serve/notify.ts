import { execFile } from 'node:child_process';
import type { Log } from '../../base/mod.ts';

/** Tells the service manager how the server is. Does nothing where none asks. */
export interface Notify {
  send(...assignments: readonly string[]): Promise<void>;
  /** Says that the server lives for as long as `alive` does, at half of the time that the manager allows. */
  watchdog(alive: () => Promise<boolean>): void;
  stop(): void;
}

interface Manager {
  readonly NOTIFY_SOCKET?: string | undefined;
  readonly WATCHDOG_USEC?: string | undefined;
  readonly WATCHDOG_PID?: string | undefined;
}

/**
 * sd_notify by the program `systemd-notify`: Node has no datagrams of local sockets. The message comes from that
 * program's process, so a unit needs `NotifyAccess=all`.
 */
export function openNotify({ NOTIFY_SOCKET: socket, WATCHDOG_USEC: micros, WATCHDOG_PID: watched }: Manager, log: Log): Notify {
  if (socket === undefined || socket === '') return { send: async () => {}, watchdog: () => {}, stop: () => {} };
  let warned = false;
  let timer: NodeJS.Timeout | null = null;
  const send = (...assignments: readonly string[]): Promise<void> => new Promise((resolve) => {
    execFile('systemd-notify', [`--pid=${process.pid}`, '--', ...assignments], { timeout: 5_000 }, (error) => {
      if (error !== null && !warned) {
        warned = true;
        log('warn', `The service manager cannot be told about this server: ${(error as NodeJS.ErrnoException).code === 'ENOENT' ? 'the program systemd-notify is missing' : error.message.trim()}.`);
      }
      resolve();
    });
  });
  const watchdog = (alive: () => Promise<boolean>): void => {
    const millis = Number(micros ?? 0) / 2_000;
    if (!(millis >= 1) || (watched !== undefined && watched !== '' && Number(watched) !== process.pid)) return;
    timer = setInterval(async () => {
      if (await alive()) await send('WATCHDOG=1');
    }, millis);
    timer.unref();
  };
  return { send, watchdog, stop: () => void (timer === null || clearInterval(timer)) };
}

/** The clock that `RELOADING=1` has to be sent with. */
export function monotonicMicros(): string {
  return String(process.hrtime.bigint() / 1_000n);
}
