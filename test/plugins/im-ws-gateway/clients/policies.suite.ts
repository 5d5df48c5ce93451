import { expect, test } from 'vitest'
import type { StartChat } from './gateway.ts'
import { versions } from './packages.ts'

/** What a login does to others of its user. */
export function policiesSuite(startChat: StartChat): void {
  test.each(versions)('policy share: %s and another one of the same user stay', async version => {
    await using gateway = await startChat({ config: { policy: 'share' } })
    const one = await gateway.online({ version, userID: 'ann' })
    const other = await gateway.online({ version, userID: 'ann' })
    expect(await one.ask('getSelfUserInfo')).toEqual(await other.ask('getSelfUserInfo'))
    expect([one, other].map(({ sockets }) => sockets)).toEqual([
      { opened: 1, open: 1 },
      { opened: 1, open: 1 }
    ])
  })

  test.each(versions)('policy kick-all-others: %s ends a session on a phone', async version => {
    await using gateway = await startChat({ config: { policy: 'kick-all-others' } })
    const phone = await gateway.online({ version: '3.5.2', userID: 'ann', platformID: 2 })
    await gateway.online({ version, userID: 'ann' })
    await phone.until('OnKickedOffline')
    await phone.settled('is closed', () => phone.sockets.open === 0)
    expect(phone.sockets.opened).toBe(1)
  })

  test.each(versions)('policy kick-same-terminal: %s leaves a session on a phone alone', async version => {
    await using gateway = await startChat()
    const phone = await gateway.online({ version: '3.5.2', userID: 'ann', platformID: 2 })
    await gateway.online({ version, userID: 'ann' })
    expect(await phone.ask('getSelfUserInfo')).toMatchObject({ userID: 'ann' })
  })
}
