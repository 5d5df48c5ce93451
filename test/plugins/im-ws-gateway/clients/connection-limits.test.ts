import { expect, test } from 'vitest'
import { fakeClock } from '../../../../src/testing/index.ts'
import { startGateway } from './gateway.ts'
import { versions } from './packages.ts'

test.each(versions)(
  '%s finds no room beside others of its user, and logs in once there is some',
  async version => {
    const clock = fakeClock(Date.now())
    await using gateway = await startGateway({ clock, config: { policy: 'share', maxConnectionsPerUser: 2 } })
    const others = [
      await gateway.online({ version: '3.5.2', userID: 'ann' }),
      await gateway.online({ version: '2.3.0', userID: 'ann' })
    ] as const
    const client = await gateway.client({ version, userID: 'ann' })
    expect(await client.login()).toMatchObject({ errCode: version === '3.5.2' ? 1601 : 806 })
    for (let ms = 0; ms < 5_000 && client.sockets.open > 0; ms += 100) await clock.advance(100)
    await client.settled('is closed', () => client.sockets.open === 0)
    expect(await others[1].ask('getLoginStatus')).toBe('101')

    await others[0].logout()
    await others[0].settled('is closed', () => others[0].sockets.open === 0)
    expect(await client.login()).toMatchObject({ errCode: 0 })
    expect(await client.ask('getSelfUserInfo')).toMatchObject({ userID: 'ann' })
  }
)
