import { expect, test } from 'vitest'
import { heard } from './chat.ts'
import { contents, create } from './contents.ts'
import { declarations, typeOf } from './declared-types.ts'
import { leftOut } from './every-method.ts'
import { misfits } from './fits.ts'
import type { StartChat } from './gateway.ts'
import { versions } from './packages.ts'

type Fields = Readonly<Record<string, unknown>>
const pairs = versions.flatMap(from => versions.map(to => ({ from, to })))

/** All that can be said, in all pairs of versions. */
export function contentsSuite(startChat: StartChat): void {
  test.each(pairs)('$to sees all that $from can send, live and in the history', async ({ from, to }) => {
    await using gateway = await startChat()
    const ann = await gateway.online({ version: from, userID: 'ann' })
    const bob = await gateway.online({ version: to, userID: 'bob' })
    const options = { types: declarations(to), ...leftOut[to] }
    const text = (await ann.ask('createTextMessage', 'hello')) as Fields
    const wanted: unknown[] = []
    const sentIDs: unknown[] = []
    for (const [kind, content] of Object.entries(contents)) {
      const message = await create(ann, content, text)
      const sent = await ann.ask('sendMessage', {
        recvID: 'bob',
        groupID: '',
        message: from === '3.5.2' ? message : JSON.stringify(message)
      })
      sentIDs.push((sent as Fields)['clientMsgID'])
      wanted.push({ kind, contentType: content.contentType, seen: content.seen })
    }
    const see = (messages: readonly Fields[]): unknown =>
      Object.entries(contents).map(([kind, content], index) => {
        const message = messages.find(one => one['clientMsgID'] === sentIDs[index]) ?? {}
        expect(misfits(message, typeOf('MessageItem'), options)).toEqual([])
        return { kind, contentType: message['contentType'], seen: content.see(bob, message) }
      })

    await bob.settled('hears all', () => heard(bob).length === wanted.length)
    const events = bob.events.filter(({ name }) => name.startsWith('OnRecvNewMessage'))
    const live = events.flatMap(({ data }) => (Array.isArray(data) ? data : [data]) as readonly Fields[])
    expect(see(live)).toMatchObject(wanted)

    const page = { userID: 'ann', groupID: '', conversationID: 'si_ann_bob', count: 50, startClientMsgID: '' }
    const isV3 = to === '3.5.2'
    const method = isV3 ? 'getAdvancedHistoryMessageList' : 'getHistoryMessageList'
    const result = await bob.ask(method, { ...page, ...(isV3 && { lastMinSeq: 0 }) })
    const kept = (
      isV3 ? (result as { readonly messageList: unknown }).messageList : result
    ) as readonly Fields[]
    expect(see(kept)).toMatchObject(wanted)
  })
}
