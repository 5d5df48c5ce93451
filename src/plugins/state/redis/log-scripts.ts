import type { Script } from './scripts.ts'

/**
 * A log is a hash with what is known of its newest entry and the bytes that it holds, and a list with the messages that
 * are remembered, as they were sent. Both are keys of every script.
 */
export const logScripts = {
  /** hash, list, new epoch, tag, text, maxEntries, maxBytes, ttlMs or '', channel → epoch, sequence */
  paifangLogAppend: {
    numberOfKeys: 2,
    lua: `
      local epoch, seq, prev, bytes = unpack(redis.call('HMGET', KEYS[1], 'epoch', 'seq', 'tag', 'bytes'))
      if not epoch then
        redis.call('DEL', KEYS[2])
        epoch, seq, prev, bytes = ARGV[1], '0', '-', '0'
      end
      seq = string.format('%.0f', tonumber(seq) + 1)
      local message = table.concat({ epoch, seq, prev, ARGV[2], ARGV[3] }, ' ')
      local count = redis.call('RPUSH', KEYS[2], message)
      local held = #message
      if count > 1 then held = held + tonumber(bytes) end
      while count > 1 and (count > tonumber(ARGV[4]) or held > tonumber(ARGV[5])) do
        held = held - #redis.call('LPOP', KEYS[2])
        count = count - 1
      end
      held = string.format('%.0f', held)
      redis.call('HSET', KEYS[1], 'epoch', epoch, 'seq', seq, 'tag', ARGV[2], 'bytes', held)
      if ARGV[6] ~= '' then redis.call('PEXPIRE', KEYS[2], ARGV[6]) end
      redis.call('PUBLISH', ARGV[7], message)
      return { epoch, seq }`
  },
  /** hash, list, new epoch, epoch or '', sequence → epoch, newest sequence, its tag, messages behind the sequence */
  paifangLogRead: {
    numberOfKeys: 2,
    lua: `
      local epoch, top, tag = unpack(redis.call('HMGET', KEYS[1], 'epoch', 'seq', 'tag'))
      if not epoch then
        epoch, top, tag = ARGV[1], '0', '-'
        redis.call('DEL', KEYS[2])
        redis.call('HSET', KEYS[1], 'epoch', epoch, 'seq', top, 'tag', tag, 'bytes', '0')
      end
      local after = tonumber(ARGV[3])
      if ARGV[2] ~= '' and ARGV[2] ~= epoch then after = 0 end
      local count = redis.call('LLEN', KEYS[2])
      local from = math.max(0, after - (tonumber(top) - count))
      local messages, bytes = {}, 0
      while from < count and #messages < 200 and bytes < 1048576 do
        for _, message in ipairs(redis.call('LRANGE', KEYS[2], from, from + 9)) do
          table.insert(messages, message)
          bytes = bytes + #message
        end
        from = from + 10
      end
      return { epoch, top, tag, messages }`
  },
  /** hash, list, epoch, sequence, tag, new epoch, channel → 1 when a new epoch began, or 0 */
  paifangLogRestart: {
    numberOfKeys: 2,
    lua: `
      local epoch, top, tag = unpack(redis.call('HMGET', KEYS[1], 'epoch', 'seq', 'tag'))
      if epoch ~= ARGV[1] then return 0 end
      local behind = tonumber(ARGV[2]) - tonumber(top)
      if behind <= 0 then
        if behind < 0 then
          local following = redis.call('LINDEX', KEYS[2], behind)
          tag = following and string.match(following, '^%S+ %S+ (%S+)')
        end
        if not tag or tag == ARGV[3] then return 0 end
      end
      redis.call('DEL', KEYS[2])
      redis.call('HSET', KEYS[1], 'epoch', ARGV[4], 'seq', '0', 'tag', '-', 'bytes', '0')
      redis.call('PUBLISH', ARGV[5], ARGV[4] .. ' 0 - - ')
      return 1`
  }
} as const satisfies Readonly<Record<string, Script>>

/** The commands that these scripts add to a client. */
export interface LogScriptCommands {
  paifangLogAppend(
    hash: string,
    list: string,
    newEpoch: string,
    tag: string,
    text: string,
    maxEntries: string,
    maxBytes: string,
    ttlMs: string,
    channel: string
  ): Promise<[epoch: string, seq: string]>
  paifangLogRead(
    hash: string,
    list: string,
    newEpoch: string,
    epoch: string,
    after: string
  ): Promise<[epoch: string, top: string, tag: string, messages: string[]]>
  paifangLogRestart(
    hash: string,
    list: string,
    epoch: string,
    seq: string,
    tag: string,
    newEpoch: string,
    channel: string
  ): Promise<number>
}
