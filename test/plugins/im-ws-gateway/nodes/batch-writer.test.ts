import { expect, test } from 'vitest'
import { BatchWriter } from '../../../../src/plugins/im-ws-gateway/nodes/batch-writer.ts'
import type { LogPosition, SharedLog } from '../../../../src/plugins/state/service.ts'

test('what comes in the very moment in which a batch is through is written, too', async () => {
  // Each time a few steps later: between the end of the batch and its being noticed there are some.
  for (let steps = 0; steps < 10; steps++) {
    const waiting = ['first']
    const written: string[] = []
    let through: (position: LogPosition) => void = () => undefined
    const append: SharedLog['append'] = text => {
      written.push(text)
      return new Promise(resolve => (through = resolve))
    }
    const writer = new BatchWriter(
      { append } as SharedLog,
      { take: () => waiting.shift() },
      { batches: 0, bytes: 0 },
      () => undefined
    )
    writer.wake()
    await new Promise(resolve => setImmediate(resolve))
    through({ epoch: 'e', seq: 1 })
    for (let step = 0; step < steps; step++) await Promise.resolve()
    waiting.push('second')
    writer.wake()
    await new Promise(resolve => setImmediate(resolve))
    await new Promise(resolve => setImmediate(resolve))
    expect(written, `${steps} steps later`).toEqual(['first', 'second'])
  }
})

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
