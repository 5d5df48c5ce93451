import { expect, test } from 'vitest'
import { callAll, methodsOf, type World } from './every-method.ts'
import type { StartChat } from './gateway.ts'
import { versions, type Version } from './packages.ts'
import { rowsV2 } from './rows/v2.ts'
import { rowsV3 } from './rows/v3.ts'

const rowsOf = (version: Version) => (version === '3.5.2' ? rowsV3 : rowsV2(version))

/** Every method of the clients. */
export function everyMethodSuite(startChat: StartChat): void {
  test.each(versions)('every method of %s answers, with what it declares', async version => {
    await using gateway = await startChat()
    const me = await gateway.online({ version, userID: 'me' })
    const open = (userID: string) => gateway.raw({ userID, dialect: '2.3' })
    const [ann, bob, cat, dan, eve] = await Promise.all(['ann', 'bob', 'cat', 'dan', 'eve'].map(open))
    if (!ann || !bob || !cat || !dan || !eve) throw new Error('not all are there')
    const found = async (groupName: string, memberUserIDs: readonly string[]): Promise<string> => {
      const group = await ann.ask('CreateGroup', {
        groupBaseInfo: JSON.stringify({ groupType: 2, groupName }),
        memberList: JSON.stringify(memberUserIDs.map(userID => ({ userID, roleLevel: 1 })))
      })
      const { groupID } = group as { readonly groupID: string }
      await ann.ask('SetGroupVerification', { groupID, verification: 1 })
      return groupID
    }
    const groups = { mine: '', closed: await found('closed', ['bob']), joined: await found('joined', ['me']) }
    const world: World = { me, others: { ann, bob, cat, dan, eve }, groups, results: {} }

    const rows = rowsOf(version)
    expect(await callAll(world, rows)).toEqual([])
    expect(me.failures).toEqual([])
    const called = new Set(['login', ...rows.map(({ method }) => method)])
    expect([...called].toSorted()).toEqual(methodsOf(me))
  })

  test('what programs hand over that do not look at types is understood', async () => {
    await using gateway = await startChat()
    await gateway.rest.register('bob')
    const ann = await gateway.online({ version: '3.5.2', userID: 'ann' })
    const text = await ann.ask('createTextMessage', 'hello')
    const quote = await ann.ask('createQuoteMessage', { text: 'why?', message: text })
    expect(quote).toMatchObject({
      quoteElem: { text: 'why?', quoteMessage: { textElem: { content: 'hello' } } }
    })
    const atUsersInfo = [{ atUserID: 'bob', groupNickname: 'B' }]
    const at = await ann.ask('createTextAtMessage', {
      text: '@B',
      atUserIDList: ['bob'],
      atUsersInfo,
      message: text
    })
    expect(at).toMatchObject({
      atTextElem: { atUsersInfo, quoteMessage: { textElem: { content: 'hello' } } }
    })
    await ann.ask('addFriend', 'bob')
    expect(await ann.ask('getFriendApplicationListAsApplicant')).toMatchObject([{ toUserID: 'bob' }])
    // Without members that its types want, or with a list where they want one.
    await ann.ask('sendMessage', { recvID: 'bob', message: text })
    expect(await ann.ask('getMultipleConversation', ['si_ann_bob'])).toHaveLength(1)
    expect(await ann.ask('getConversationListSplit', { offset: 0, count: 20 })).toHaveLength(1)
  })
}
