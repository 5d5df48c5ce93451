import { expect, test } from 'vitest'
import { JointWrites } from '../../../../src/plugins/im-ws-gateway/gateway/joint-writes.ts'
import { frame, outboxOf } from './outbox-rig.ts'

test('what a reader has not taken yet is not written over by what others are sent', () => {
  const writes = new JointWrites()
  const [slow, quick] = [outboxOf(1_000_000, writes), outboxOf(1_000_000, writes)]
  const tell = ({ outbox, flush }: typeof slow, ...texts: readonly string[]): void => {
    for (const text of texts) outbox.push(frame(text))
    flush()
  }
  slow.reader.reading = false
  tell(slow, 'one ', 'two ')
  tell(quick, 'three ', 'four ')
  tell(slow, 'five ', 'six ')
  tell(quick, 'seven ', 'eight ')
  slow.reader.reading = true
  expect(slow.reader.text).toBe('one two five six ')
  expect(quick.reader.text).toBe('three four seven eight ')
  expect(quick.reader.writes).toHaveLength(2)
})

test('many frames, or large ones, are one write as well, in their order', () => {
  const { reader, outbox, flush } = outboxOf()
  for (const bytes of [16_000, 384, 1]) {
    outbox.push(Buffer.alloc(bytes, 'x'))
    outbox.push(Buffer.alloc(1, 'y'))
    flush()
  }
  outbox.push(Buffer.alloc(8_192, 'x'))
  outbox.push(Buffer.alloc(8_192, 'y'))
  flush()
  expect(reader.writes.map(({ length }) => length)).toEqual([16_001, 385, 2, 16_384])
  expect(reader.text).toBe(
    `${'x'.repeat(16_000)}y${'x'.repeat(384)}yxy${'x'.repeat(8_192)}${'y'.repeat(8_192)}`
  )
})
