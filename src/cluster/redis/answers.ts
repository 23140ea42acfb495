import { createHash } from 'node:crypto';
import { LIMITS } from '../../base/mod.ts';
import type { SharedAnswers } from '../port.ts';
import type { Line } from './line.ts';

/** Answers of all servers. Each has an end, so that Redis may forget any of them at any time, and does in the end. */
export function redisAnswers(line: Line, now: () => number = () => performance.now()): SharedAnswers {
  let underWay = 0;
  let window = { end: 0, bytes: 0 };
  return {
    async get(key) {
      try {
        return await line.ask('answers', (client) => client.getBuffer(placeOf(line, key)));
      } catch {
        return null;
      }
    },
    put(key, bytes) {
      const at = now();
      if (at >= window.end) window = { end: at + LIMITS.sharedAnswerMillis, bytes: 0 };
      if (bytes.length > LIMITS.sharedAnswerBytes || underWay >= LIMITS.sharedAnswersUnderWay || window.bytes + bytes.length > LIMITS.sharedAnswersBytes) return;
      window.bytes += bytes.length;
      underWay++;
      // What cannot be kept is made anew by whoever asks.
      line.ask('answers', (client) => client.set(placeOf(line, key), bytes, 'PX', LIMITS.sharedAnswerMillis)).catch(() => {}).finally(() => underWay--);
    },
  };
}

function placeOf(line: Line, key: string): string {
  return line.key('answer', createHash('sha256').update(key).digest('base64url'));
}
