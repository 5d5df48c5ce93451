import { expect, test } from 'vitest'
import { BatchWriter } from '../../../../src/plugins/im-ws-gateway/nodes/batch-writer.ts'
import type { SharedLog } from '../../../../src/plugins/state/service.ts'

const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

test.each(Array.from({ length: 16 }, (_, hops) => hops))(
  'what comes %d microtasks after a batch is written, too',
  async hops => {
    const waiting = ['first']
    const written: string[] = []
    const append: SharedLog['append'] = async text => {
      written.push(text)
      if (text === 'first') void later()
      return { epoch: 'e', seq: written.length }
    }
    const later = async (): Promise<void> => {
      for (let hop = 0; hop < hops; hop++) await Promise.resolve()
      waiting.push('second')
      writer.wake()
    }
    const queue = { take: () => waiting.shift() }
    const traffic = { batches: 0, bytes: 0 }
    const writer = new BatchWriter({ append } as SharedLog, queue, traffic, () => undefined)
    writer.wake()
    for (let turns = 0; turns < 4; turns++) await turn()
    expect(written).toEqual(['first', 'second'])
    expect(traffic).toEqual({ batches: 2, bytes: 11 })
  }
)

test('a queue that cannot say what waits breaks the way, and nothing else', async () => {
  const failures: unknown[] = []
  const error = new Error('it cannot be said')
  const writer = new BatchWriter(
    { append: () => Promise.reject(new Error('nothing is to be written')) } as unknown as SharedLog,
    {
      take: () => {
        throw error
      }
    },
    { batches: 0, bytes: 0 },
    failure => void failures.push(failure)
  )
  writer.wake()
  await writer.idle()
  writer.wake()
  await writer.idle()
  expect(failures).toEqual([error])
})
