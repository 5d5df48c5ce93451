import { expect, test } from 'vitest'
import { hears, history, say } from './chat.ts'
import type { StartChat } from './gateway.ts'
import { versions } from './packages.ts'

/** From a login on, and to the next. */
export function loginSuite(startChat: StartChat): void {
  test.each(versions)('%s logs in again after a logout', async version => {
    await using gateway = await startChat()
    const client = await gateway.online({ version, userID: 'ann' })
    await client.logout()
    await client.settled('is closed', () => client.sockets.open === 0)
    expect(await client.login()).toMatchObject({ errCode: 0 })
    expect(await client.ask('getSelfUserInfo')).toMatchObject({ userID: 'ann' })
  })

  test.each(versions)('%s gets all answers to 200 requests right after its login', async version => {
    await using gateway = await startChat()
    const client = await gateway.online({ version, userID: 'ann' })
    await gateway.rest.register('bob')
    const asked = Array.from({ length: 200 }, async (_, index) => {
      if (index % 4 === 0) return (await say(client, { userID: 'bob' }, `m-${index}`)).text
      const answer = await client.call(index % 4 === 1 ? 'getAllConversationList' : 'getSelfUserInfo')
      return answer.errCode
    })
    const wanted = Array.from({ length: 200 }, (_, index) => (index % 4 === 0 ? `m-${index}` : 0))
    expect(await Promise.all(asked)).toEqual(wanted)
  })

  test.each(versions)(
    '%s: ids of digits, and with all signs that an id may have, stay what they are',
    async version => {
      await using gateway = await startChat()
      const [digits, signs] = ['10086', 'a_b.c@d:e-f']
      const one = await gateway.online({ version, userID: digits })
      const other = await gateway.online({ version, userID: signs })
      expect(await one.ask(version === '3.5.2' ? 'getLoginUserID' : 'getLoginUser')).toBe(digits)
      await say(one, { userID: signs }, 'to signs')
      expect(await hears(other, 'to signs')).toMatchObject({ sendID: digits })
      await say(other, { userID: digits }, 'to digits')
      expect(await hears(one, 'to digits')).toMatchObject({ sendID: signs })
      const talk = [{ text: 'to signs' }, { text: 'to digits' }]
      expect(await history(one, { userID: signs })).toMatchObject(talk)
      expect(await history(other, { userID: digits })).toMatchObject(talk)
    }
  )

  test('2.3.0 gets new messages one by one, or in batches when it asks for them', async () => {
    await using gateway = await startChat()
    const ann = await gateway.online({ version: '2.3.0', userID: 'ann' })
    const singles = await gateway.online({ version: '2.3.0', userID: 'bob' })
    const batches = await gateway.online({ version: '2.3.0', userID: 'cat', isBatch: true })
    for (const client of [singles, batches]) {
      await say(ann, { userID: client.userID }, 'hello')
      await hears(client, 'hello')
    }
    const names = ({ events }: typeof ann): readonly string[] =>
      events.map(({ name }) => name).filter(name => name.startsWith('OnRecvNewMessage'))
    expect(names(singles)).toEqual(['OnRecvNewMessage'])
    expect(names(batches)).toEqual(['OnRecvNewMessages'])
  })
}
