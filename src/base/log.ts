export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** One line: a sentence, and facts beside it. Secrets never go in. */
export type Log = (level: LogLevel, sentence: string, facts?: Readonly<Record<string, unknown>>) => void;
