import { expect, test } from 'vitest'
import { conversationID, conversations, hears, history, newMessageEvent, say, totalUnread } from './chat.ts'
import { startGateway } from './gateway.ts'
import { versions } from './packages.ts'

test.each(versions)('%s finds what was said to a user who was never there', async version => {
  await using gateway = await startGateway()
  await gateway.rest.register('bob')
  const ann = await gateway.online({ version, userID: 'ann' })
  const texts = ['one', 'two', 'three']
  for (const text of texts) await say(ann, { userID: 'bob' }, text)

  const bob = await gateway.online({ version, userID: 'bob' })
  await bob.until('OnSyncServerFinish')
  expect(await totalUnread(bob)).toBe(3)
  const place = { userID: 'ann' }
  expect(await conversations(bob)).toEqual([
    { conversationID: conversationID(bob, place), unreadCount: 3, latest: 'three' }
  ])
  expect((await history(bob, place)).map(({ text }) => text)).toEqual(texts)
})

test.each(versions)(
  'what 3.5.2 says to %s for those who are online alone leaves nothing behind',
  async version => {
    await using gateway = await startGateway()
    const ann = await gateway.online({ version: '3.5.2', userID: 'ann' })
    const bob = await gateway.online({ version, userID: 'bob' })
    await bob.until('OnSyncServerFinish')
    const start = bob.events.length
    const message = await ann.ask('createTextMessage', 'now')
    await ann.ask('sendMessage', { recvID: 'bob', groupID: '', message, isOnlineOnly: true })
    await hears(bob, 'now')
    await say(ann, { userID: 'bob' }, 'later')
    await hears(bob, 'later')
    const isNews = newMessageEvent(bob)
    const told = bob.events.slice(start).map(({ name }) => name)
    expect(told.slice(0, 2)).toEqual([isNews, isNews])
    for (const [client, place] of [
      [ann, { userID: 'bob' }],
      [bob, { userID: 'ann' }]
    ] as const) {
      expect((await history(client, place)).map(({ text }) => text)).toEqual(['later'])
    }
  }
)
