import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { formatMessage } from '../../../../src/plugins/state/log/message.ts'
import { fakeClock } from '../../../../src/testing/index.ts'
import { logReader } from '../../../contracts/state/log-reader.ts'
import { LogServer } from './log-server.ts'

const bounds = { maxEntries: 100 }

/** Nodes that follow a log with one entry, which is of a. */
async function someNodes() {
  const clock = fakeClock()
  const server = new LogServer(clock)
  const node = async () => {
    const driver = server.node()
    const log = driver.logs.open('l')
    const reader = logReader(log)
    await reader.following.started
    const texts = (): string[] => reader.entries.map(({ text }) => text)
    const append = (text: string, limits = bounds) => log.append(text, limits)
    return { ...reader, driver, log, append, texts }
  }
  const [a, b, c] = [await node(), await node(), await node()]
  const { epoch } = await a.append('1')
  await settle()
  return { clock, server, a, b, c, epoch }
}

async function settle(): Promise<void> {
  for (let turns = 0; turns < 20; turns++) await turn()
}

function gate(): { readonly passed: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined
  const passed = new Promise<void>(resolve => (open = resolve))
  return { passed, open }
}

describe('messages', () => {
  test('in a row need no reading', async () => {
    const { a, b } = await someNodes()
    const { reads } = b.driver
    for (const text of ['2', '3', '4']) await a.append(text)
    await settle()
    expect(b.texts()).toEqual(['1', '2', '3', '4'])
    expect(b.driver.reads).toBe(reads)
    expect(b.following).toMatchObject({ holes: 0, catchUps: 0, isCurrent: true })
  })

  test('that leave a hole have it read at once', async () => {
    const { a, b } = await someNodes()
    b.driver.isDeaf = true
    await a.append('2')
    await settle()
    b.driver.isDeaf = false
    await a.append('3')
    await settle()
    expect(b.texts()).toEqual(['1', '2', '3'])
    expect(b.following).toMatchObject({ holes: 1, catchUps: 1, isCurrent: true })
  })

  test('that come again, or late, are known and not read about', async () => {
    const { a, b } = await someNodes()
    b.driver.held = []
    for (let number = 2; number <= 300; number++) await a.append(`${number}`, { maxEntries: 1_000 })
    await settle()
    await b.following.sync()
    expect(b.texts()).toHaveLength(300)
    const { reads } = b.driver
    b.driver.release()
    await settle()
    expect(b.driver.reads).toBe(reads)
    expect(b.texts()).toHaveLength(300)
    expect(b.following.holes).toBe(0)
  })

  test('that were the last to get lost are missed by the clock', async () => {
    const { a, b, clock } = await someNodes()
    b.driver.isDeaf = true
    await a.append('2')
    await settle()
    expect(b.texts()).toEqual(['1'])
    await clock.advance(30_000)
    expect(b.texts()).toEqual(['1', '2'])
    expect(b.following.catchUps).toBe(1)
  })

  test('wait in any number while entries are read', async () => {
    const { a, b } = await someNodes()
    const { passed, open } = gate()
    b.driver.afterRead = () => passed
    const synced = b.following.sync()
    const roomy = { maxEntries: 10_000 }
    for (let number = 2; number <= 1_500; number++) await a.append(`${number}`, roomy)
    await settle()
    open()
    await synced
    await settle()
    expect(b.texts()).toEqual(Array.from({ length: 1_500 }, (_, index) => `${index + 1}`))
    expect(b.following.holes).toBe(1)
  })

  test('that are none are read about, and harm nothing', async () => {
    const { a, b, epoch } = await someNodes()
    const wrong = [
      'nonsense',
      '',
      `${epoch} 2 - `,
      `${epoch} x - - y`,
      formatMessage({ epoch: 'a'.repeat(16), seq: 2, prev: '-', tag: 'b', text: 'no such epoch' })
    ]
    for (const message of wrong) b.driver.hear('l', message)
    await a.append('2')
    await settle()
    expect(b.texts()).toEqual(['1', '2'])
    expect(b.losses).toEqual([])
  })
})

describe('the driver', () => {
  test('that goes away leaves the log not current until it is back and read', async () => {
    const { a, b } = await someNodes()
    b.driver.isListening = false
    expect(b.following.isCurrent).toBe(false)
    await a.append('2')
    await settle()
    const { passed, open } = gate()
    b.driver.afterRead = () => passed
    b.driver.isListening = true
    await settle()
    expect(b.following.isCurrent).toBe(false)
    open()
    await settle()
    expect(b.texts()).toEqual(['1', '2'])
    expect(b.following.isCurrent).toBe(true)
  })

  test('that answers no reads is asked again every second, and messages in a row pass meanwhile', async () => {
    const { a, b, clock } = await someNodes()
    b.driver.isAway = true
    await expect(b.following.sync()).rejects.toThrow('away')
    expect(b.following.isCurrent).toBe(false)
    await a.append('2')
    await settle()
    expect(b.texts()).toEqual(['1', '2'])
    b.driver.isDeaf = true
    await a.append('3')
    await settle()
    b.driver.isDeaf = false
    const { reads } = b.driver
    for (const text of ['4', '5']) await a.append(text)
    await settle()
    expect(b.driver.reads).toBe(reads)
    expect(b.texts()).toEqual(['1', '2'])
    await clock.advance(1_000)
    expect(b.driver.reads).toBe(reads + 1)
    b.driver.isAway = false
    await clock.advance(1_000)
    expect(b.texts()).toEqual(['1', '2', '3', '4', '5'])
    expect(b.following.isCurrent).toBe(true)
  })

  test('that cannot be listened to is asked again', async () => {
    const clock = fakeClock()
    const driver = new LogServer(clock).node()
    driver.isAway = true
    const { following } = logReader(driver.logs.open('l'))
    await settle()
    await expect(following.sync()).rejects.toThrow('not followed')
    driver.isAway = false
    await clock.advance(1_000)
    await following.started
    expect(following.isCurrent).toBe(true)
  })

  test('that is away rejects what is appended, and nobody hears of it', async () => {
    const { a, b } = await someNodes()
    a.driver.isAway = true
    await expect(a.append('lost')).rejects.toThrow('away')
    a.driver.isAway = false
    await a.append('2')
    await settle()
    for (const reader of [a, b]) expect(reader.texts()).toEqual(['1', '2'])
  })

  test('that holds what is no log is not followed', async () => {
    const { b, epoch } = await someNodes()
    b.driver.stale = { epoch, top: 2, tag: 'x', messages: ['nonsense'] }
    await expect(b.following.sync()).rejects.toThrow('no entry')
    const other = formatMessage({ epoch, seq: 3, prev: '-', tag: 'x', text: '' })
    const first = formatMessage({ epoch, seq: 2, prev: '-', tag: 'y', text: '' })
    b.driver.stale = { epoch, top: 3, tag: 'x', messages: [first, other] }
    await expect(b.following.sync()).rejects.toThrow('no entry')
    expect(b.following.isCurrent).toBe(false)
    expect(b.losses).toEqual([])
  })
})

describe('entries that are gone', () => {
  test('from the beginning of what is remembered are told before the next', async () => {
    const { a, b, epoch } = await someNodes()
    b.driver.isListening = false
    for (const text of ['2', '3', '4', '5']) await a.append(text, { maxEntries: 2 })
    b.driver.isListening = true
    await settle()
    expect(b.came.slice(2)).toEqual([
      { reason: 'trimmed', epoch, through: 3 },
      { epoch, seq: 4, text: '4' },
      { epoch, seq: 5, text: '5' }
    ])
  })

  test('altogether are told, and what comes next is heard', async () => {
    const { a, b, clock, epoch } = await someNodes()
    b.driver.isDeaf = true
    await a.append('2', { maxEntries: 10, ttlMs: 1_000 } as never)
    await clock.advance(30_000)
    b.driver.isDeaf = false
    expect(b.losses).toEqual([{ reason: 'trimmed', epoch, through: 2 }])
    await a.append('3')
    await settle()
    expect(b.texts()).toEqual(['1', '3'])
    expect(b.following.holes).toBe(0)
  })

  test('with the whole log are told to everybody, with the epoch that begins', async () => {
    const { a, b, server, epoch } = await someNodes()
    await server.wipe()
    const { epoch: next } = await a.append('new')
    await settle()
    expect(next).not.toBe(epoch)
    for (const { came } of [a, b])
      expect(came.slice(2)).toEqual([
        { reason: 'restart', epoch: next, through: 0 },
        { epoch: next, seq: 1, text: 'new' }
      ])
  })
})

describe('a log that has lost what it had promised begins anew, for all nodes', () => {
  test('when another entry comes in the place of one that was heard', async () => {
    const { a, b, c, server, epoch } = await someNodes()
    server.holdReplication()
    c.driver.isDeaf = true
    await a.append('lost')
    await settle()
    await server.failOver()
    c.driver.isDeaf = false
    await c.append('other')
    await settle()
    const restart = { reason: 'restart', epoch: c.losses[0]?.epoch, through: 0 }
    expect(restart.epoch).not.toBe(epoch)
    for (const { losses } of [a, b, c]) expect(losses).toEqual([restart])
    expect([a, b, c].map(({ texts }) => texts())).toEqual([
      ['1', 'lost'],
      ['1', 'lost'],
      ['1', 'other']
    ])
    expect((await a.append('new')).epoch).toBe(restart.epoch)
    await settle()
    for (const { entries } of [a, b, c]) expect(entries.at(-1)?.text).toBe('new')
  })

  test('when the next entry is behind another one than was heard', async () => {
    const { a, b, c, server } = await someNodes()
    server.holdReplication()
    for (const { driver } of [b, c]) driver.isDeaf = true
    await a.append('lost')
    await settle()
    await server.failOver()
    a.driver.isDeaf = true
    await b.append('other 2')
    await settle()
    a.driver.isDeaf = false
    await b.append('other 3')
    await settle()
    expect(a.texts()).toEqual(['1', 'lost'])
    expect(a.losses).toMatchObject([{ reason: 'restart' }])
  })

  test('when it does not reach so far any more', async () => {
    const { a, b, server, clock } = await someNodes()
    server.holdReplication()
    await a.append('lost')
    await settle()
    await server.failOver()
    await clock.advance(30_000)
    for (const { losses } of [a, b]) expect(losses).toMatchObject([{ reason: 'restart' }])
  })

  test('when nobody has heard of what was promised', async () => {
    const { a, b, c, server, clock } = await someNodes()
    server.holdReplication()
    for (const { driver } of [a, b, c]) driver.isDeaf = true
    await a.append('lost')
    await settle()
    await server.failOver()
    for (const { driver } of [a, b, c]) driver.isDeaf = false
    await clock.advance(30_000)
    for (const { losses } of [a, b]) expect(losses).toMatchObject([{ reason: 'restart' }])
  })

  test('when another entry comes in the place of one that nobody has heard of', async () => {
    const { a, b, c, server } = await someNodes()
    server.holdReplication()
    for (const { driver } of [a, b, c]) driver.isDeaf = true
    await a.append('lost')
    await settle()
    await server.failOver()
    for (const { driver } of [a, b, c]) driver.isDeaf = false
    await b.append('other')
    await settle()
    for (const { losses } of [a, b]) expect(losses).toMatchObject([{ reason: 'restart' }])
    expect(a.texts()).toEqual(['1'])
  })

  test('when the promise comes after what has taken its place', async () => {
    const { a, b, c, server } = await someNodes()
    server.holdReplication()
    for (const { driver } of [a, b, c]) driver.isDeaf = true
    const { passed, open } = gate()
    a.driver.afterAppend = () => passed
    const lost = a.append('lost')
    await settle()
    await server.failOver()
    for (const { driver } of [a, b, c]) driver.isDeaf = false
    await b.append('other')
    await settle()
    expect(a.texts()).toEqual(['1', 'other'])
    open()
    await lost
    await settle()
    for (const { losses } of [a, b]) expect(losses).toMatchObject([{ reason: 'restart' }])
  })

  test('when one place is promised twice', async () => {
    const { a, b, c, server } = await someNodes()
    server.holdReplication()
    for (const { driver } of [a, b, c]) driver.isDeaf = true
    await a.append('lost')
    await server.failOver()
    await a.append('other')
    await settle()
    expect(a.losses).toMatchObject([{ reason: 'restart' }])
  })

  test('when it is back in an epoch that was over', async () => {
    const { a, b, server, clock } = await someNodes()
    server.holdReplication()
    b.driver.isDeaf = true
    await server.wipe()
    const { epoch: second } = await a.append('lost')
    await settle()
    expect(a.losses).toMatchObject([{ epoch: second }])
    await server.failOver()
    b.driver.isDeaf = false
    await clock.advance(30_000)
    await settle()
    expect(b.losses).toMatchObject([{ reason: 'restart' }])
    expect(b.losses[0]?.epoch).not.toBe(second)
    expect(a.losses.at(-1)).toEqual(b.losses[0])
  })

  test('when it is back in an epoch that only its promises had left', async () => {
    const { a, b, c, server, clock, epoch } = await someNodes()
    server.holdReplication()
    for (const { driver } of [a, b, c]) driver.isDeaf = true
    await server.wipe()
    expect((await b.append('lost')).epoch).not.toBe(epoch)
    await settle()
    await server.failOver()
    for (const { driver } of [a, b, c]) driver.isDeaf = false
    await clock.advance(30_000)
    await settle()
    for (const { losses } of [a, b]) expect(losses).toMatchObject([{ reason: 'restart' }])
  })

  test('when its promises have gone through epochs that nobody has followed', async () => {
    const { a, b, c, server, clock, epoch } = await someNodes()
    for (const { driver } of [a, b, c]) driver.isDeaf = true
    await server.wipe()
    const { epoch: second } = await b.append('kept')
    server.holdReplication()
    await b.append('lost')
    await server.wipe()
    const { epoch: third } = await b.append('lost as well')
    expect(new Set([epoch, second, third]).size).toBe(3)
    await server.failOver()
    for (const { driver } of [a, b, c]) driver.isDeaf = false
    await clock.advance(30_000)
    await settle()
    for (const { losses } of [a, b]) expect(losses.at(-1)).toMatchObject({ reason: 'restart', through: 0 })
    expect([epoch, second, third]).not.toContain(a.losses.at(-1)?.epoch)
  })
})

describe('a log that has lost nothing goes on', () => {
  test('when promises come while it is being read, again and again', async () => {
    const { a, epoch } = await someNodes()
    a.driver.held = []
    let more = 5
    a.driver.afterRead = async () => {
      if (more-- > 0) await a.append('more')
    }
    for (let read = 0; read < 6; read++) await a.following.sync()
    a.driver.release()
    await settle()
    expect(a.entries.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6])
    expect(a.entries.at(-1)?.epoch).toBe(epoch)
    expect(a.losses).toEqual([])
  })

  test('when a replica answers that is behind', async () => {
    const { a, b, clock, epoch } = await someNodes()
    await a.append('2')
    await settle()
    b.driver.stale = { epoch, top: 1, tag: 'x', messages: [] }
    await expect(b.following.sync()).rejects.toThrow('contradicts')
    expect(b.following.isCurrent).toBe(false)
    b.driver.stale = undefined
    await clock.advance(1_000)
    expect(b.following.isCurrent).toBe(true)
    await a.append('3')
    await settle()
    for (const reader of [a, b]) {
      expect(reader.texts()).toEqual(['1', '2', '3'])
      expect(reader.losses).toEqual([])
    }
  })
})
