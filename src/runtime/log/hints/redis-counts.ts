import type { Wait } from '../../shared/limits/limiter.ts';
import type { BrokerUrl } from './broker-url.ts';
import type { Lifetime } from './reconnector.ts';
import { createRedisClient } from './redis-client.ts';

/** A limit, as Redis counts for it. */
export interface RedisLimit {
  /** Of the newer and the older generation of its keys. */
  readonly hashes: readonly [newer: string, older: string];
  /** The time until one more is allowed, and how far ahead of time a key may be, in microseconds. */
  readonly intervalUs: string;
  readonly toleranceUs: string;
}

export interface RedisTake {
  readonly limit: RedisLimit;
  readonly key: string;
}

export interface RedisCounts {
  /** Counts for the limits in turn until one is exceeded, in one round trip. Rejects if Redis does not answer in time. */
  take(takes: readonly RedisTake[]): Promise<Wait>;
  /** May never settle if Redis hangs. */
  close(): Promise<void>;
}

export interface RedisCountsOptions {
  readonly url: BrokerUrl;
  /** How long an answer may take. */
  readonly maxWaitMs: number;
  /** How many keys of a limit a generation has. */
  readonly maxGeneration: number;
}

/**
 * What `RateCounter` does, by the clock of Redis: one hash for each generation of a limit's keys, which expires when all
 * of them have their whole allowance again. Returns milliseconds.
 *
 * A clock that was set back does not lock clients out: no key can be further ahead of time than after a burst.
 */
const script = `
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
for index = 1, #KEYS, 2 do
  local newer, older = KEYS[index], KEYS[index + 1]
  local first = (index - 1) / 2 * 3 + 2
  local key, interval, tolerance = ARGV[first], tonumber(ARGV[first + 1]), tonumber(ARGV[first + 2])
  local known = redis.call('HGET', newer, key)
  local isNew = not known
  if isNew then
    known = redis.call('HGET', older, key)
    if redis.call('HLEN', newer) >= tonumber(ARGV[1]) then redis.call('RENAME', newer, older) end
  end
  local fullAt = math.min(math.max(tonumber(known or 0), now), now + tolerance + interval)
  local wait = fullAt - tolerance - now
  if wait <= 1 then fullAt = fullAt + interval end
  redis.call('HSET', newer, key, string.format('%.3f', fullAt))
  local ms = math.ceil((fullAt - now) / 1000)
  if redis.call('PTTL', newer) < ms then redis.call('PEXPIRE', newer, ms) end
  if wait > 1 then return math.ceil(wait / 1000) end
end
return 0
`;

/** Connects to Redis. Rejects if it does not answer in time, or if the user may not run the script. */
export async function connectToRedisCounts(
  { url, maxWaitMs, maxGeneration }: RedisCountsOptions,
  { onLost, signal }: Lifetime,
): Promise<RedisCounts> {
  const client = createRedisClient(url, { onLost, signal });
  await client.connect();
  const sha = await answerWithin(maxWaitMs, client.scriptLoad(script));
  // Commands of one turn of the event loop leave in one write.
  const take = async (takes: readonly RedisTake[]): Promise<Wait> => {
    const args = takes.flatMap(({ limit, key }) => [key, limit.intervalUs, limit.toleranceUs]);
    const answer = client.evalSha(sha, {
      keys: takes.flatMap(({ limit }) => limit.hashes),
      arguments: [String(maxGeneration), ...args],
    });
    try {
      return Number(await answerWithin(maxWaitMs, answer));
    } catch (thrown) {
      onLost(thrown);
      throw thrown;
    }
  };
  await take([]);
  return { take, close: () => client.close() };
}

/** Rejects after the time, unless the answer has arrived by then, even if a busy process has not read it yet. */
async function answerWithin<Answer>(timeoutMs: number, answer: Promise<Answer>): Promise<Answer> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    setImmediate(() => late.reject(new Error(`no answer within ${timeoutMs} ms`)));
  }, timeoutMs);
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
