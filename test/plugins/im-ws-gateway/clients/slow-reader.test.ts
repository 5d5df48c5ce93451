import { expect, test } from 'vitest'
import { startGateway } from './gateway.ts'

test('a reader who reads nothing costs bounded memory, is disconnected, and loses nothing', async () => {
  const maxQueueBytes = 65_536 * 4
  await using gateway = await startGateway({ config: { maxQueueBytes, policy: 'share' } })
  const ann = await gateway.raw({ userID: 'ann', dialect: '2.0' })
  const quick = await gateway.raw({ userID: 'bob', dialect: '2.0' })
  const slow = await gateway.raw({ userID: 'bob', dialect: '3', platformID: 2 })
  slow.socket.pause()
  const text = 'x'.repeat(64_000)
  let most = 0
  let count = 0
  while (gateway.im.status().connections === 3 && count < 1_000) {
    const created = await ann.ask('CreateTextMessage', `${count++} ${text}`)
    await ann.ask('SendMessage', { recvID: 'bob', groupID: '', message: JSON.stringify(created) })
    most = Math.max(most, gateway.im.status().queuedBytes)
  }
  expect(gateway.im.status().connections).toBe(2)
  // One event of a size that the queue itself cannot know may stand beside it.
  expect(most).toBeLessThan(maxQueueBytes + 4 * text.length)
  await quick.until(
    'all',
    frames => frames.filter(({ event }) => event === 'OnRecvNewMessage').length === count
  )
  slow.socket.resume()
  await slow.closed

  const again = await gateway.raw({ userID: 'bob', dialect: '2.0', platformID: 2 })
  const page = { userID: 'ann', groupID: '', count: 1_000, startClientMsgID: '' }
  expect(await again.ask('GetHistoryMessageList', page)).toHaveLength(count)
})
