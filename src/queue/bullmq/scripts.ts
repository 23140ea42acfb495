/**
 * The order of jobs, as scripts that Redis runs one after the other. BullMQ is given a job when it may begin, and never before:
 * of each repository the oldest, none beside one about all repositories, not before it is due.
 *
 * Keys, behind one prefix: `line` and `line:<repository>` (ids of jobs that wait or run, in the order of their names),
 * `job:<id>` (what is known of one), `busy` (repository -> the job of it that was handed out), `held:<id>` (who runs it,
 * for as long as he says so), `later` (jobs that are not due -> when), `same:<digest>` (the job that waits to do such work),
 * `rate:<repository>` (what was begun in the last minute), `epoch` (these keys were compared with the journal), `last` (the
 * last id). `ALONE` is true where the store takes one writer: then one job runs at a time. All moments are those of Redis: clocks of workers may say what they like.
 */
const COMMON = `
local P = KEYS[1]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local offered = {}

local function offer(repository)
  if redis.call('HEXISTS', P..'busy', repository) == 1 or redis.call('HEXISTS', P..'busy', '') == 1 then return end
  if ALONE and redis.call('HLEN', P..'busy') > 0 then return end
  local id = redis.call('ZRANGE', P..'line:'..repository, 0, 0)[1]
  if not id then return end
  if repository == '' then
    if redis.call('HLEN', P..'busy') > 0 or redis.call('ZRANGE', P..'line', 0, 0)[1] ~= id then return end
  else
    local all = redis.call('ZRANGE', P..'line:', 0, 0)[1]
    if all and all < id then return end
  end
  local job = P..'job:'..id
  local due = tonumber(redis.call('HGET', job, 'due') or '0')
  local rate = tonumber(redis.call('HGET', job, 'rate') or '0')
  if rate > 0 and due <= now then
    local begun = P..'rate:'..repository
    redis.call('ZREMRANGEBYSCORE', begun, '-inf', now - 60000)
    if redis.call('ZCARD', begun) >= rate then
      due = tonumber(redis.call('ZRANGE', begun, -rate, -rate, 'WITHSCORES')[2]) + 60000
    end
  end
  if due > now then
    redis.call('ZADD', P..'later', due, id)
    return
  end
  local handed = redis.call('INCR', P..'handed')
  redis.call('ZREM', P..'later', id)
  redis.call('HSET', job, 'handed', handed)
  redis.call('HSET', P..'busy', repository, id)
  if rate > 0 then
    redis.call('ZADD', P..'rate:'..repository, now, handed)
    redis.call('PEXPIRE', P..'rate:'..repository, 60000)
  end
  offered[#offered + 1] = { id, handed, redis.call('HGET', job, 'queue') }
end

local function offerBehind(repository)
  if repository ~= '' and not ALONE then
    offer(repository)
    offer('')
    return
  end
  offer('')
  local seen = {}
  for _, id in ipairs(redis.call('ZRANGE', P..'line', 0, -1)) do
    if ALONE and redis.call('HLEN', P..'busy') > 0 then return end
    local one = redis.call('HGET', P..'job:'..id, 'repository')
    if one and not seen[one] then
      seen[one] = true
      offer(one)
    end
  end
end

local function freeSame(id)
  local digest = redis.call('HGET', P..'job:'..id, 'digest')
  if digest and redis.call('GET', P..'same:'..digest) == id then redis.call('DEL', P..'same:'..digest) end
end

local function unhand(id, repository)
  if redis.call('HGET', P..'busy', repository) == id then redis.call('HDEL', P..'busy', repository) end
  redis.call('HSET', P..'job:'..id, 'handed', 0)
  redis.call('DEL', P..'held:'..id)
end

local function forget(id)
  local repository = redis.call('HGET', P..'job:'..id, 'repository')
  freeSame(id)
  redis.call('ZREM', P..'line', id)
  redis.call('ZREM', P..'later', id)
  redis.call('HDEL', P..'progress', id)
  redis.call('DEL', P..'held:'..id, P..'cancel:'..id)
  if repository then
    redis.call('ZREM', P..'line:'..repository, id)
    if redis.call('HGET', P..'busy', repository) == id then redis.call('HDEL', P..'busy', repository) end
    redis.call('DEL', P..'job:'..id)
    offerBehind(repository)
  end
end

local function write(id, repository, queue, digest, rate, due)
  redis.call('HSET', P..'job:'..id, 'repository', repository, 'queue', queue, 'digest', digest, 'rate', rate, 'due', due)
  redis.call('ZADD', P..'line', 0, id)
  redis.call('ZADD', P..'line:'..repository, 0, id)
end

local function answer(word)
  return { word, redis.call('ZCARD', P..'line'), offered }
end
`;

/**
 * ARGV: digest, most jobs, secret part of a new id, the id of a job that is begun anew (else empty). Gives the id of the job
 * that waits to do this, or the one under which it may be entered within a minute.
 */
const RESERVE = `
if redis.call('EXISTS', P..'epoch') == 0 then return answer('cold') end
local same = redis.call('GET', P..'same:'..ARGV[1])
if same then return answer('same '..same) end
if redis.call('ZCARD', P..'line') >= tonumber(ARGV[2]) then return answer('full') end
local function base36(number, width)
  local digits = '0123456789abcdefghijklmnopqrstuvwxyz'
  local text = ''
  while number > 0 do
    local digit = number % 36
    text = string.sub(digits, digit + 1, digit + 1)..text
    number = (number - digit) / 36
  end
  return string.rep('0', width - #text)..text
end
local last = redis.call('HMGET', P..'last', 'millis', 'count')
local millis, count = now, 0
if last[1] and tonumber(last[1]) >= now then
  millis = tonumber(last[1])
  count = tonumber(last[2]) + 1
end
if count > 46655 then
  millis, count = millis + 1, 0
end
redis.call('HSET', P..'last', 'millis', millis, 'count', count)
local id = ARGV[4] ~= '' and ARGV[4] or base36(millis, 9)..base36(count, 3)..ARGV[3]
redis.call('SET', P..'same:'..ARGV[1], id, 'PX', 60000)
return answer('new '..id)
`;

/** ARGV: digest, id. Takes a reservation back. */
const UNRESERVE = `
if redis.call('GET', P..'same:'..ARGV[1]) == ARGV[2] then redis.call('DEL', P..'same:'..ARGV[1]) end
return answer('free')
`;

/**
 * ARGV: id, repository, queue, digest, jobs a minute, milliseconds until it is due, whether it is begun anew: then whoever
 * ended it just now and is about to say so comes too late.
 */
const ENTER = `
local id, repository, digest = ARGV[1], ARGV[2], ARGV[4]
if ARGV[7] == '1' and redis.call('EXISTS', P..'job:'..id) == 1 then unhand(id, repository) end
if redis.call('HEXISTS', P..'job:'..id, 'repository') == 0 or not redis.call('ZSCORE', P..'line', id) or not redis.call('ZSCORE', P..'line:'..repository, id) then
  local delay = tonumber(ARGV[6])
  write(id, repository, ARGV[3], digest, ARGV[5], delay > 0 and now + delay or 0)
  if delay == 0 then redis.call('SET', P..'same:'..digest, id) end
end
offerBehind(repository)
return answer('entered')
`;

/** ARGV: id, number under which it was handed out, who, milliseconds. */
const BEGIN = `
local id = ARGV[1]
if redis.call('HGET', P..'job:'..id, 'handed') ~= ARGV[2] then return answer('gone') end
local holder = redis.call('GET', P..'held:'..id)
if holder and holder ~= ARGV[3] then return answer('held') end
redis.call('SET', P..'held:'..id, ARGV[3], 'PX', ARGV[4])
freeSame(id)
if redis.call('EXISTS', P..'cancel:'..id) == 1 then return answer('cancelled') end
return answer('begun')
`;

/** ARGV: id, number, who, milliseconds, repository, queue, digest, jobs a minute. What Redis forgot of a job that runs is written anew. */
const HOLD = `
local id, repository = ARGV[1], ARGV[5]
local holder = redis.call('GET', P..'held:'..id)
if holder and holder ~= ARGV[3] then return answer('lost') end
local busy = redis.call('HGET', P..'busy', repository)
if busy and busy ~= id then return answer('lost') end
if redis.call('EXISTS', P..'job:'..id) == 0 then write(id, repository, ARGV[6], ARGV[7], ARGV[8], 0) end
redis.call('HSET', P..'job:'..id, 'handed', ARGV[2])
redis.call('HSET', P..'busy', repository, id)
redis.call('ZREM', P..'later', id)
redis.call('SET', P..'held:'..id, ARGV[3], 'PX', ARGV[4])
if redis.call('EXISTS', P..'cancel:'..id) == 1 then return answer('cancelled') end
return answer('held')
`;

/** ARGV: id, who (empty: whoever), number. A job that was handed out anew is somebody else's. */
const LEAVE = `
if ARGV[2] ~= '' then
  local holder = redis.call('GET', P..'held:'..ARGV[1])
  local handed = redis.call('HGET', P..'job:'..ARGV[1], 'handed')
  if holder and holder ~= ARGV[2] or handed and handed ~= ARGV[3] then return answer('lost') end
end
forget(ARGV[1])
return answer('left')
`;

/** ARGV: id, who (empty: only where nobody runs it), number, milliseconds until it is due. */
const AGAIN = `
local id = ARGV[1]
local holder = redis.call('GET', P..'held:'..id)
if holder and holder ~= ARGV[2] or redis.call('HGET', P..'job:'..id, 'handed') ~= ARGV[3] then return answer('lost') end
local repository = redis.call('HGET', P..'job:'..id, 'repository')
if not repository then return answer('gone') end
unhand(id, repository)
local delay = tonumber(ARGV[4])
redis.call('HSET', P..'job:'..id, 'due', delay > 0 and now + delay or 0)
redis.call('SET', P..'same:'..redis.call('HGET', P..'job:'..id, 'digest'), id, 'NX')
offerBehind(repository)
return answer('waits')
`;

/** ARGV: id. Takes a job out that nobody runs; whoever runs it is told to stop. */
const CANCEL = `
local id = ARGV[1]
if redis.call('EXISTS', P..'held:'..id) == 1 then
  redis.call('SET', P..'cancel:'..id, '1', 'PX', 3600000)
  return answer('runs')
end
forget(id)
return answer('left')
`;

/** Hands out what has become due. */
const TICK = `
if redis.call('EXISTS', P..'epoch') == 0 then return answer('cold') end
for _, id in ipairs(redis.call('ZRANGEBYSCORE', P..'later', '-inf', now)) do
  redis.call('ZREM', P..'later', id)
  local repository = redis.call('HGET', P..'job:'..id, 'repository')
  if repository then offerBehind(repository) end
end
return answer('warm')
`;

/** ARGV: milliseconds of the newest id that the journal has: later ones are greater, whatever clock Redis has now. */
const WARM = `
redis.call('SET', P..'epoch', now)
local last = redis.call('HGET', P..'last', 'millis')
if not last or tonumber(last) < tonumber(ARGV[1]) then redis.call('HSET', P..'last', 'millis', tonumber(ARGV[1]) + 1, 'count', -1) end
offerBehind('')
return answer('warm')
`;

/** ARGV: ids. Gives for each the number under which it was handed out (0: waits, -1: not known) and whether somebody runs it. */
const LOOK = `
local found = {}
for index, id in ipairs(ARGV) do
  local about = redis.call('HMGET', P..'job:'..id, 'repository', 'handed')
  local known = about[1] and redis.call('ZSCORE', P..'line', id) and redis.call('ZSCORE', P..'line:'..about[1], id)
  found[index] = { known and tonumber(about[2] or '0') or -1, redis.call('EXISTS', P..'held:'..id) }
end
return found
`;

/** ARGV: name, who, milliseconds. */
const TURN = `
local holder = redis.call('GET', P..'turn:'..ARGV[1])
if holder and holder ~= ARGV[2] then return 0 end
redis.call('SET', P..'turn:'..ARGV[1], ARGV[2], 'PX', ARGV[3])
return 1
`;

export type ScriptName = 'reserve' | 'unreserve' | 'enter' | 'begin' | 'hold' | 'leave' | 'again' | 'cancel' | 'tick' | 'warm' | 'look' | 'turn';

const BODIES: Readonly<Record<ScriptName, string>> = {
  reserve: RESERVE, unreserve: UNRESERVE, enter: ENTER, begin: BEGIN, hold: HOLD, leave: LEAVE, again: AGAIN, cancel: CANCEL, tick: TICK, warm: WARM, look: LOOK, turn: TURN,
};

export function scriptsFor(alone: boolean): Readonly<Record<ScriptName, string>> {
  return Object.fromEntries(Object.entries(BODIES).map(([name, body]) => [name, `local ALONE = ${alone}\n${COMMON}${body}`])) as Record<ScriptName, string>;
}
