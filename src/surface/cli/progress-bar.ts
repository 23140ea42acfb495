import type { Progress } from '../../domain/mod.ts';
import { bytes, progressSentence } from '../../service/mod.ts';
import type { Terminal } from './terminal.ts';

export interface ProgressView {
  show(progress: Progress): void;
  /** Takes the bar away, so that the next line starts clean. */
  clear(): void;
}

/** A bar on a terminal, one JSON object a line with --json, nothing elsewhere. */
export function progressView(terminal: Terminal, streams: boolean): ProgressView {
  if (terminal.json) {
    return { show: (progress) => void (streams && !terminal.quiet && terminal.stdout.write(`${JSON.stringify(progress)}\n`)), clear: () => {} };
  }
  if (terminal.quiet || terminal.stderr.isTTY !== true) return { show: () => {}, clear: () => {} };
  return bar(terminal);
}

/** Ten times a second is as fast as eyes read. */
const REDRAW_MILLIS = 100;

function bar(terminal: Terminal): ProgressView {
  let drawn = 0;
  let shown = false;
  return {
    show(progress) {
      const now = Date.now();
      if (progress.kind === 'done' || now - drawn < REDRAW_MILLIS) return;
      drawn = now;
      shown = true;
      terminal.stderr.write(`\r\u001b[2K${drawBar(progress, terminal.stderr.columns ?? 80)}`);
    },
    clear() {
      if (shown) terminal.stderr.write('\r\u001b[2K');
      shown = false;
    },
  };
}

/** `[██████░░░░] 62 % curl: symbols of 2,600 of 4,200 files, 8.1 MB`, cut to the width. */
export function drawBar(progress: Progress, columns: number): string {
  const size = 'bytes' in progress && progress.bytes > 0 ? `, ${bytes(progress.bytes)}` : '';
  const sentence = `${progressSentence(progress)}${size}`;
  if (!('total' in progress) || progress.total === 0) return sentence.slice(0, columns - 1);
  const share = Math.min(1, progress.done / progress.total);
  const full = Math.round(share * 20);
  return `[${'█'.repeat(full)}${'░'.repeat(20 - full)}] ${String(Math.floor(share * 100)).padStart(3)} % ${sentence}`.slice(0, columns - 1);
}
