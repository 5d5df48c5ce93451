import { afterEach, expect, test } from 'vitest'
import type { CoreEvent } from '../../../../src/plugins/im-ws-gateway/user-core.ts'
import { startRig, textIn, type Rig } from './rig.ts'

let rig: Rig
afterEach(() => rig.close())

const device = { platformID: 5 }

test('who comes and goes while others write hears of every message once, and counts as the rows do', async () => {
  rig = await startRig()
  const [ann, cat] = await rig.people('ann', 'cat')
  await rig.cores.backOffice.registerUser({ userID: 'bob' })
  const { groupID } = await ann.call('createGroup', {
    groupInfo: { groupName: 'G' },
    memberUserIDs: ['bob', 'cat']
  })
  const heard: string[] = []
  let total = 0
  const hear = (event: CoreEvent): void => {
    if (event.kind === 'newMessages') heard.push(...event.messages.map(textIn))
    if (event.kind === 'totalUnread') total = event.count
  }
  await (await rig.open('bob', device, hear)).leave()

  const said: string[] = []
  const writing = new AbortController()
  const write = async (): Promise<void> => {
    for (let round = 0; round < 60; round++) {
      const texts = [`a${round}`, `c${round}`]
      said.push(...texts)
      await Promise.all([ann.say({ recvID: 'bob' }, texts[0] ?? ''), cat.say({ groupID }, texts[1] ?? '')])
    }
    writing.abort()
  }
  const comeAndGo = async (): Promise<void> => {
    while (!writing.signal.aborted) await (await rig.open('bob', device, hear)).leave()
  }
  await Promise.all([write(), comeAndGo()])

  const bob = await rig.open('bob', device, hear)
  expect(heard.filter(text => !text.startsWith('#')).toSorted()).toEqual(said.toSorted())
  const list = await bob.call('getAllConversations', {})
  expect(list.map(({ unreadCount }) => unreadCount)).toEqual([60, 60])
  expect(total).toBe(120)
  await bob.leave()
  expect(await (await rig.open('bob')).call('getAllConversations', {})).toEqual(list)
})
