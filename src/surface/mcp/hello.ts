import type { Socket } from 'node:net';

/** The first line of a session that comes from another process of this user. */
export interface Hello {
  /** Of these lines. */
  readonly protocol: 1;
  /** Of the program. */
  readonly version: string;
  /** Absolute and real. */
  readonly cwd: string;
  readonly management: boolean;
  /** Variables that the client was given and that decide what is answered. */
  readonly settings: Readonly<Record<string, string>>;
}

const LONGEST = 65_536;

/** Null for whatever is none: too long, too late, or not as above. The client waits for an answer before it says more. */
export async function readHello(socket: Socket, millis: number): Promise<Hello | null> {
  const text = await new Promise<string>((resolve) => {
    let read = '';
    const finish = (): void => {
      clearTimeout(timer);
      socket.pause();
      socket.off('data', onData);
      resolve(read);
    };
    const timer = setTimeout(finish, millis);
    const onData = (part: Buffer): void => {
      read += part.toString('utf8');
      if (read.includes('\n') || read.length > LONGEST) finish();
    };
    socket.on('data', onData);
    socket.once('close', finish);
  });
  try {
    const hello = JSON.parse(text) as Partial<Hello>;
    const { protocol, version, cwd, management, settings } = hello;
    if (protocol !== 1 || typeof version !== 'string' || typeof cwd !== 'string' || typeof management !== 'boolean') return null;
    if (typeof settings !== 'object' || settings === null || Object.values(settings).some((value) => typeof value !== 'string')) return null;
    return { protocol, version, cwd, management, settings };
  } catch {
    return null;
  }
}
