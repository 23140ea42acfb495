/** Timing whole processes, their memory, and saying on which machine. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';

export interface Timed {
  readonly millis: number;
  /** Most memory that the process and its children held at one time, as sampled; 0 where /proc is not there. */
  readonly peakBytes: number;
  readonly code: number;
  readonly stdout: string;
  /** The last of it. */
  readonly stderr: string;
}

export interface TimedOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Called for each line of stdout with the milliseconds since the start. */
  readonly onLine?: (line: string, millis: number) => void;
  readonly keepOutput?: boolean;
  /** Sampling costs a little; short processes are timed without it. */
  readonly memory?: boolean;
}

export async function timed(command: readonly string[], options: TimedOptions = {}): Promise<Timed> {
  const started = performance.now();
  const child = spawn(command[0] as string, command.slice(1), {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...process.env, ...options.env }, stdio: ['ignore', 'pipe', 'pipe'],
  });
  let complaint = '';
  child.stderr.on('data', (bytes: Buffer) => (complaint = (complaint + bytes.toString('utf8')).slice(-2_000)));
  const memory = options.memory === true ? watchMemory(child) : null;
  const kept: Buffer[] = [];
  let rest = '';
  child.stdout.on('data', (bytes: Buffer) => {
    if (options.keepOutput === true) kept.push(bytes);
    if (options.onLine === undefined) return;
    const lines = (rest + bytes.toString('utf8')).split('\n');
    rest = lines.pop() as string;
    for (const line of lines) options.onLine(line, performance.now() - started);
  });
  const code = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve(status ?? -1));
  });
  return { millis: performance.now() - started, peakBytes: memory?.() ?? 0, code, stdout: Buffer.concat(kept).toString('utf8'), stderr: complaint };
}

/** Samples the resident memory of a process tree until asked for the peak. */
export function watchMemory(child: ChildProcess): () => number {
  let peak = 0;
  const sample = (): void => {
    if (child.pid !== undefined) peak = Math.max(peak, treeBytes(child.pid));
  };
  const timer = setInterval(sample, 20);
  return () => {
    clearInterval(timer);
    return peak;
  };
}

/** The larger of what the tree holds now and the high mark of its root. */
export function treeBytes(pid: number): number {
  const field = (of: number, name: string): number => {
    try {
      return Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync(`/proc/${of}/status`, 'utf8'))?.[1] ?? 0) * 1024;
    } catch {
      return 0;
    }
  };
  const children = (of: number): number[] => {
    try {
      return readFileSync(`/proc/${of}/task/${of}/children`, 'utf8').split(' ').filter((word) => word !== '').map(Number);
    } catch {
      return [];
    }
  };
  const total = (of: number): number => field(of, 'VmRSS') + children(of).reduce((sum, one) => sum + total(one), 0);
  return Math.max(total(pid), field(pid, 'VmHWM'));
}

export interface Spread {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { count: sorted.length, p50: round(at(0.5)), p95: round(at(0.95)), max: round(sorted.at(-1) ?? 0) };
}

export function round(value: number): number {
  return value >= 100 ? Math.round(value) : Math.round(value * 100) / 100;
}

export function has(program: string): boolean {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;
}

export function machine(): Record<string, string> {
  const first = (command: string[]): string => {
    const result = spawnSync(command[0] as string, command.slice(1), { encoding: 'utf8' });
    return result.error === undefined ? (result.stdout.split('\n')[0] ?? '').trim() : 'not installed';
  };
  return {
    processor: cpus()[0]?.model ?? 'unknown', cores: String(availableParallelism()), memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    kernel: `${process.platform} ${release()}`, node: process.version, ripgrep: first(['rg', '--version']), git: first(['git', '--version']),
    ctags: first(['ctags', '--version']), csearch: has('csearch') ? 'codesearch, as packaged' : 'not installed',
  };
}

/** Bytes of all files under a folder, or of those whose name starts with `prefix`. */
export function folderBytes(folder: string, prefix = ''): number {
  let bytes = 0;
  for (const item of readdirSync(folder, { withFileTypes: true })) {
    if (item.isDirectory()) bytes += prefix === '' ? folderBytes(join(folder, item.name)) : 0;
    else if (item.isFile() && item.name.startsWith(prefix)) bytes += statSync(join(folder, item.name)).size;
  }
  return bytes;
}
