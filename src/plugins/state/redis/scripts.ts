import type { Redis } from 'ioredis'
import { logScripts, type LogScriptCommands } from './log-scripts.ts'

/** A script, with how many of its arguments are keys. Keys of one script share a slot of a cluster. */
export interface Script {
  readonly numberOfKeys: number
  readonly lua: string
}

/** A value, or its absence (`0`), as two arguments: whether there is one, and which. */
const scripts = {
  /** key, expected?, expected, next?, next, ttlMs or '' → 1 or 0 */
  paifangSwap: {
    numberOfKeys: 1,
    lua: `
      local current = redis.call('GET', KEYS[1])
      if ARGV[1] == '0' then
        if current then return 0 end
      elseif current ~= ARGV[2] then
        return 0
      end
      if ARGV[3] == '0' then
        redis.call('DEL', KEYS[1])
      elseif ARGV[5] == '' then
        redis.call('SET', KEYS[1], ARGV[4])
      else
        redis.call('SET', KEYS[1], ARGV[4], 'PX', ARGV[5])
      end
      return 1`
  },
  /** key, by, ttlMs or '' → the sum as text, or the name of what is wrong */
  paifangAdd: {
    numberOfKeys: 1,
    lua: `
      local most = 9007199254740991
      local current = redis.call('GET', KEYS[1])
      local text = current or '0'
      if text ~= '0' and not string.match(text, '^-?[1-9]%d*$') then return 'not an integer' end
      local value = tonumber(text)
      local sum = value + tonumber(ARGV[1])
      if math.abs(value) > most or math.abs(sum) > most then return 'not safe' end
      local written = string.format('%.0f', sum)
      if sum == 0 then written = '0' end
      if current then
        redis.call('SET', KEYS[1], written, 'KEEPTTL')
      elseif ARGV[2] == '' then
        redis.call('SET', KEYS[1], written)
      else
        redis.call('SET', KEYS[1], written, 'PX', ARGV[2])
      end
      return written`
  },
  /** lock, fence, leaseMs, ms for which the fence is remembered → the token as text, or nothing */
  paifangLock: {
    numberOfKeys: 2,
    lua: `
      if redis.call('EXISTS', KEYS[1]) == 1 then return false end
      local time = redis.call('TIME')
      local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
      local token = string.format('%.0f', math.max(tonumber(redis.call('GET', KEYS[2]) or '0') + 1, now))
      redis.call('SET', KEYS[1], token, 'PX', ARGV[1])
      redis.call('SET', KEYS[2], token, 'PX', ARGV[2])
      return token`
  },
  /** lock, token, leaseMs → 1 or 0 */
  paifangExtend: {
    numberOfKeys: 1,
    lua: `
      if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
      return redis.call('PEXPIRE', KEYS[1], ARGV[2])`
  },
  /** channel, message. The slot of the channel decides on the node of a cluster, so that messages stay in order. */
  paifangPublish: {
    numberOfKeys: 1,
    lua: `return redis.call('PUBLISH', KEYS[1], ARGV[1])`
  },
  /** lock, token → 1 or 0 */
  paifangRelease: {
    numberOfKeys: 1,
    lua: `
      if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
      return redis.call('DEL', KEYS[1])`
  }
} as const satisfies Readonly<Record<string, Script>>

/** The commands that the scripts add to a client. */
export interface ScriptCommands extends LogScriptCommands {
  paifangSwap(
    key: string,
    hasExpected: '0' | '1',
    expected: string,
    hasNext: '0' | '1',
    next: string,
    ttlMs: string
  ): Promise<number>
  paifangAdd(key: string, by: string, ttlMs: string): Promise<string>
  paifangLock(lock: string, fence: string, leaseMs: string, rememberMs: string): Promise<string | null>
  paifangExtend(lock: string, token: string, leaseMs: string): Promise<number>
  paifangPublish(channel: string, message: string): Promise<number>
  paifangRelease(lock: string, token: string): Promise<number>
}

/** Adds the scripts to a client of one server, Sentinel or a cluster. */
export function withScripts<C extends Pick<Redis, 'defineCommand'>>(client: C): C & ScriptCommands {
  for (const [name, script] of Object.entries({ ...scripts, ...logScripts }))
    client.defineCommand(name, script)
  return client as C & ScriptCommands
}
