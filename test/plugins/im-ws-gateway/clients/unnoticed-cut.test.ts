import { expect, test } from 'vitest'
import { startGateway } from './gateway.ts'
import { conversations, say, shown } from './raw-chat.ts'
import type { Raw } from './raw-client.ts'

const dialects = ['2.0', '2.3', '3'] as const

/** The text of the latest message, and the unread count, as the device was told. */
const told = ({ frames }: Raw): unknown =>
  frames
    .filter(({ event }) => /^On(New)?Conversation/.test(event))
    .flatMap(({ data }) => JSON.parse(data) as readonly unknown[])
    .map(shown)
    .at(-1)

test.each(dialects)(
  '%s: who comes back before the gateway has noticed that he was gone misses nothing',
  async dialect => {
    await using gateway = await startGateway()
    const token = await gateway.rest.login('ann', 5)
    const ann = await gateway.raw({ userID: 'ann', dialect, token })
    const bob = await gateway.raw({ userID: 'bob', dialect: '3' })
    await say(bob, { userID: 'ann' }, 'before')
    await ann.until('the first', frames => frames.some(({ data }) => data.includes('before')))
    // A phone that has changed its network: nothing is read any more, and nothing is said of it.
    ann.socket.pause()
    await say(bob, { userID: 'ann' }, 'into the dark')
    const again = await gateway.raw({ userID: 'ann', dialect, token })
    const list = await conversations(again)
    expect(told(again)).toEqual(list.get('bob'))
    const news = again.frames.filter(({ event }) => /^OnRecvNewMessages?$/.test(event))
    expect(news.filter(({ data }) => data.includes('into the dark'))).toHaveLength(1)
  }
)
