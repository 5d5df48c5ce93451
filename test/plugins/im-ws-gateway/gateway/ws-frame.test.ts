import { expect, test } from 'vitest'
import {
  pingFrame,
  textFrame,
  textFrameUpTo
} from '../../../../src/plugins/im-ws-gateway/gateway/ws-frame.ts'
import { startRig } from './rig.ts'

test.each([0, 1, 125, 126, 127, 65_535, 65_536, 200_000])(
  'a text of %i bytes is framed as RFC 6455 has it',
  length => {
    const frame = textFrame('x'.repeat(length))
    const header = length < 126 ? 2 : length < 65_536 ? 4 : 10
    expect(frame.length).toBe(header + length)
    const marker = length < 126 ? length : length < 65_536 ? 126 : 127
    expect([...frame.subarray(0, 2)]).toEqual([0x81, marker])
    const lengthBytes = frame.subarray(2, header).toString('hex') || length.toString(16)
    expect(Number.parseInt(lengthBytes, 16)).toBe(length)
    expect(frame.subarray(header).toString()).toBe('x'.repeat(length))
  }
)

test.each([0, 20, 125, 126, 65_535, 65_536])(
  'a frame can come in two parts, the second of %i bytes',
  bytes => {
    const rest = 'y'.repeat(bytes)
    const parts = Buffer.concat([textFrameUpTo('start', bytes), Buffer.from(rest)])
    expect(parts.equals(textFrame(`start${rest}`))).toBe(true)
  }
)

test('lengths count bytes, not characters', () => {
  expect(textFrame('牌坊')).toEqual(Buffer.from([0x81, 6, ...Buffer.from('牌坊')]))
})

test('a ping is a frame without payload', () => {
  expect([...pingFrame]).toEqual([0x89, 0])
})

test('texts of all lengths come out of a socket as they went in', async () => {
  await using rig = await startRig()
  const client = await rig.start()
  const texts = [1, 125, 126, 65_400, 70_000, 300_000].map(length => '坊'.repeat(length))
  for (const data of texts) rig.cores.of('u1').deliver({ kind: 'customBusiness', key: 'k', data })
  await client.until(() => client.frames.length === 5 + texts.length)
  const heard = client.frames.slice(5).map(({ data }) => (JSON.parse(data) as { data: string }).data)
  expect(heard).toEqual(texts)
})
