import { createHash } from 'node:crypto';
import { memoryCounts } from '../memory/rates.ts';
import type { RateCounts, RateTaken } from '../port.ts';
import type { Line } from './line.ts';

/**
 * The bucket of `memory/rates.ts` as one step of Redis, by the clock of Redis: clocks of servers may differ. A clock that
 * was set back gives nothing and takes nothing. A bucket that would be full again is forgotten.
 */
const TAKE = `
local count, millis, peek = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3] == '1'
local clock = redis.call('TIME')
local now = clock[1] * 1000 + clock[2] / 1000
local known = redis.call('HMGET', KEYS[1], 'left', 'at')
local left = math.min(count, (tonumber(known[1]) or count) + math.max(0, now - (tonumber(known[2]) or now)) * count / millis)
local taken = 0
if left >= 1 then taken = 1 end
if not peek then
  left = left - taken
  redis.call('HSET', KEYS[1], 'left', string.format('%.6f', left), 'at', string.format('%.3f', now))
  redis.call('PEXPIRE', KEYS[1], math.ceil((count - left) * millis / count) + 1000)
end
local wait = 0
if left < 1 then wait = math.ceil((1 - left) * millis / count) end
return { taken, math.floor(left), wait }
`;

/**
 * Counts over all servers. This process counts along what it lets through, so that an outage of Redis goes on from there:
 * it neither refuses everybody nor lets everything pass.
 */
export function redisCounts(line: Line): RateCounts {
  const own = memoryCounts();
  return {
    async take(key, rate, peek = false): Promise<RateTaken> {
      try {
        // Names of people and their addresses are nobody's business there.
        const place = line.key('rate', createHash('sha256').update(key).digest('base64url').slice(0, 27));
        const [taken, left, waitMillis] = (await line.ask('rates', (client) => client.eval(TAKE, 1, place, rate.count, rate.millis, peek ? '1' : '0'))) as [number, number, number];
        if (taken === 1 && !peek) void own.take(key, rate);
        return { taken: taken === 1, left, waitMillis };
      } catch {
        return own.take(key, rate, peek);
      }
    },
  };
}
