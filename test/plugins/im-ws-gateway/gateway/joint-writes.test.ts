import { expect, test } from 'vitest'
import { JointWrites } from '../../../../src/plugins/im-ws-gateway/gateway/joint-writes.ts'
import { frame, outboxOf } from './outbox-rig.ts'

type Told = ReturnType<typeof outboxOf>

function tell({ outbox, flush }: Told, ...texts: readonly string[]): void {
  for (const text of texts) outbox.push(frame(text))
  flush()
}

test('what a reader has not taken yet is not written over by what others are sent', () => {
  const writes = new JointWrites()
  const [slow, slower, quick] = [1, 2, 3].map(() => outboxOf(1_000_000, writes)) as [Told, Told, Told]
  slow.reader.reading = false
  slower.reader.reading = false
  tell(slow, 'one ', 'two ')
  tell(quick, 'three ', 'four ')
  tell(slow, 'five ', 'six ')
  tell(slower, 'x'.repeat(9_000), 'y'.repeat(7_000))
  tell(quick, 'seven ', 'z'.repeat(9_000))
  slow.reader.reading = true
  slower.reader.reading = true
  expect(slow.reader.text).toBe('one two five six ')
  expect(slower.reader.text).toBe('x'.repeat(9_000) + 'y'.repeat(7_000))
  expect(quick.reader.text).toBe(`three four seven ${'z'.repeat(9_000)}`)
  expect(quick.reader.pieces).toEqual([1, 1])
})

test('small frames are one piece together; large ones, and those for who takes nothing, are as they are', async () => {
  const told = outboxOf()
  const { reader } = told
  tell(told, 'a')
  tell(told, 'b', 'c', 'd')
  tell(told, 'e'.repeat(16_383), 'f')
  tell(told, 'g'.repeat(16_383), 'hi')
  expect(reader.pieces).toEqual([1, 1, 1, 2])
  await told.tick()
  reader.reading = false
  tell(told, 'j')
  tell(told, 'k', 'l')
  reader.reading = true
  expect(reader.pieces).toEqual([1, 1, 1, 2, 1, 2])
  expect(reader.text).toBe(`abcd${'e'.repeat(16_383)}f${'g'.repeat(16_383)}hijkl`)
})
