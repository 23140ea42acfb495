/**
 * Runs programs in a root of ours as a container engine with the settings of deploy/docker-compose.production.yml does:
 * read-only, without capabilities or new privileges, as the image's account, in namespaces of processes of its own.
 * bubblewrap does it for any user; the network is that of this machine.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';

export interface Container {
  /** As this machine counts: the first process of the container. */
  readonly first: number;
  readonly process: ChildProcess;
  /** All that it wrote so far. */
  said(): string;
  /** Waits for a line that matches; gives its first group. */
  line(pattern: RegExp): Promise<string>;
  /** Sends a signal to its first process and gives the exit code. */
  stop(signal: NodeJS.Signals): Promise<number | null>;
}

export interface ContainerOptions {
  readonly root: string;
  /** What is mounted at /app, writable. */
  readonly storage: string;
  /** Files of this machine by where they are seen, read-only. */
  readonly files?: Readonly<Record<string, string>>;
  /** Folders that several containers write to, by where they are seen. */
  readonly shared?: Readonly<Record<string, string>>;
  readonly account: number;
  readonly environment: Readonly<Record<string, string>>;
}

export async function startContainer(command: readonly string[], { root, storage, files = {}, shared = {}, account, environment }: ContainerOptions): Promise<Container> {
  const child = spawn('bwrap', [
    '--unshare-user', '--uid', String(account), '--gid', String(account), '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--as-pid-1', '--die-with-parent', '--new-session',
    '--cap-drop', 'ALL', '--ro-bind', root, '/', '--proc', '/proc', '--dev', '/dev', '--tmpfs', '/tmp', '--tmpfs', '/run', '--bind', storage, '/app',
    ...['/etc/hosts', '/etc/resolv.conf'].flatMap((file) => ['--ro-bind', file, file]),
    ...Object.entries(shared).flatMap(([place, folder]) => ['--bind', folder, place]),
    ...Object.entries(files).flatMap(([place, file]) => ['--ro-bind', file, place]),
    '--clearenv', ...Object.entries(environment).flatMap(([name, value]) => ['--setenv', name, value]),
    '--chdir', '/app', '--info-fd', '3', ...command,
  ], { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (piece: string) => { said += piece; });
  const ended = once(child, 'close') as Promise<[number | null]>;
  let info = '';
  for await (const piece of (child.stdio[3] as Readable).setEncoding('utf8')) info += piece;
  const first = Number(/"child-pid": (\d+)/.exec(info)?.[1]);
  if (!(first > 0)) throw new Error(`bubblewrap did not start the container: ${said}`);
  const line = async (pattern: RegExp): Promise<string> => {
    for (const end = Date.now() + 60_000; Date.now() < end && child.exitCode === null; await new Promise((resolve) => setTimeout(resolve, 50))) {
      const found = pattern.exec(said);
      if (found !== null) return found[1] as string;
    }
    throw new Error(`the container did not write ${String(pattern)}, but:\n${said}`);
  };
  return {
    first, process: child, said: () => said, line,
    async stop(signal) {
      try {
        if (child.exitCode === null) process.kill(first, signal);
      } catch (error) {
        // It has ended by itself, and bubblewrap is about to.
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
      return (await ended)[0];
    },
  };
}

/** Runs a command in the same way to its end; gives exit code and output. */
export async function runInContainer(command: readonly string[], options: ContainerOptions): Promise<{ readonly code: number | null; readonly said: string }> {
  const container = await startContainer(command, options);
  if (container.process.exitCode === null) await once(container.process, 'close');
  return { code: container.process.exitCode, said: container.said() };
}
