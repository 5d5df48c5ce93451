import { expect, test } from 'vitest'
import { Flusher } from '../../../../src/plugins/im-ws-gateway/gateway/flusher.ts'
import type { Outbox } from '../../../../src/plugins/im-ws-gateway/gateway/outbox.ts'

const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

test('thousands are written to in slices, in their order, with a turn for everybody else between', async () => {
  const flusher = new Flusher(() => 7)
  const written: number[] = []
  for (let place = 0; place < 2_500; place++)
    flusher.add({ flush: (now: number) => void written.push(place + now) } as unknown as Outbox)
  const seen: number[] = []
  for (let count = 0; count < 3; count++) {
    await turn()
    seen.push(written.length)
  }
  expect(seen).toEqual([1_000, 2_000, 2_500])
  expect(written).toEqual(Array.from({ length: 2_500 }, (_, place) => place + 7))
})
