import path from 'node:path';
import { pino } from 'pino';
import { LOG_LEVELS, type Log, type LogLevel } from '../../base/mod.ts';
import { inOneLine } from '../one-line.ts';
import { RotatingFile } from '../rotating-file.ts';

export interface ServerLog {
  readonly log: Log;
  /** Sets the level where one is given; gives the level. */
  level(level?: LogLevel): LogLevel;
  /** The folder of logs and reports. */
  readonly folder: string;
  close(): void;
}

export interface LogOptions {
  readonly folder: string;
  readonly level: LogLevel;
  /** Of the file, without its ending. */
  readonly name: string;
  /** JSON lines on stderr, too; else sentences for people. */
  readonly json: boolean;
  /** Asked for every line, because settings may be read again. */
  mask(text: string): string;
  write(text: string): void;
}

/** One line for people or programs to stderr, and one JSON line to the file. No secret passes it. */
export function openLog({ folder, name, level, json, mask, write }: LogOptions): ServerLog {
  const say = (at: LogLevel, sentence: string): void => write(`code-index: ${at === 'info' ? '' : `${at}: `}${sentence}\n`);
  const file = new RotatingFile(path.join(folder, `${name}.log`), (error) => {
    const sentence = `The log in ${folder} cannot be written: ${error.message}. Lines go to stderr alone.`;
    if (json) write(`${JSON.stringify({ level: 'warn', time: new Date().toISOString(), message: sentence })}\n`);
    else say('warn', sentence);
  });
  const lines = pino(
    {
      level, base: null, messageKey: 'message', timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: pino.stdSerializers.err },
    },
    {
      write: (line: string) => {
        const masked = mask(line);
        file.write(masked);
        if (json) write(masked);
      },
    },
  );
  return {
    folder,
    log: (at, sentence, facts = {}) => {
      lines[at](facts, sentence);
      if (!json && lines.isLevelEnabled(at)) say(at, mask(`${inOneLine(sentence)}${at === 'error' ? stackOf(facts['error']) : ''}`));
    },
    level: (wanted) => {
      if (wanted !== undefined) lines.level = wanted;
      return lines.level as LogLevel;
    },
    close: () => file.close(),
  };
}

export function isLogLevel(text: string): text is LogLevel {
  return (LOG_LEVELS as readonly string[]).includes(text);
}

function stackOf(error: unknown): string {
  return error instanceof Error && error.stack !== undefined ? `\n${error.stack}` : '';
}
