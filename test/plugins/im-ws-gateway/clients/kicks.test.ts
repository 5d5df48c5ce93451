import { expect, test } from 'vitest'
import { fakeClock } from '../../../../src/testing/index.ts'
import { startGateway } from './gateway.ts'
import { versions, type Version } from './packages.ts'
import { policiesSuite } from './policies.suite.ts'

/** How long a client that was kicked is watched: until it would have come back (specification §1.4). */
const watchedMs: Readonly<Record<Version, number>> = { '2.0.3': 25_000, '2.3.0': 25_000, '3.5.2': 12_000 }
const pairs = versions.flatMap(before => versions.map(after => ({ before, after })))

test.each(pairs)('$after takes the place of $before, once and for all', async ({ before, after }) => {
  const clock = fakeClock(Date.now())
  await using gateway = await startGateway({ clock, config: { policy: 'kick-same-terminal' } })
  const old = await gateway.online({ version: before, userID: 'ann', clock })
  const fresh = await gateway.online({ version: after, userID: 'ann', clock })
  await old.until('OnKickedOffline')
  for (let ms = 0; ms < watchedMs[before]; ms += 250) {
    await clock.advance(250)
    await old.settled('has its answers', () => old.isIdle)
  }
  const [first, ...returns] = old.frames.filter(one => one.direction === 'in' && one.event === 'Login')
  expect(first?.errCode).toBe(0)
  expect(returns.map(({ errCode }) => errCode).filter(errCode => errCode !== 706)).toEqual([])
  expect(returns.length > 0).toBe(before !== '3.5.2')
  expect(fresh.events.map(({ name }) => name)).not.toContain('OnKickedOffline')
  expect(fresh.sockets).toEqual({ opened: 1, open: 1 })
  expect(await fresh.ask('getSelfUserInfo')).toMatchObject({ userID: 'ann' })
})

test.each(pairs)('$after and $before with one token between them do not fight', async ({ before, after }) => {
  const clock = fakeClock(Date.now())
  await using gateway = await startGateway({ clock, config: { policy: 'kick-same-terminal' } })
  const token = await gateway.rest.login('ann', 5)
  const old = await gateway.online({ version: before, userID: 'ann', token, clock })
  const fresh = await gateway.online({ version: after, userID: 'ann', token, clock })
  for (let ms = 0; ms < watchedMs[before]; ms += 250) {
    await clock.advance(250)
    await old.settled('has its answers', () => old.isIdle)
    await fresh.settled('has its answers', () => fresh.isIdle)
  }
  // Only clients that stay away for good can be sent away: the token of the newcomer is theirs.
  const isKicked = before === '3.5.2' && after === '3.5.2'
  expect(old.events.filter(({ name }) => name === 'OnKickedOffline')).toHaveLength(isKicked ? 1 : 0)
  expect(old.sockets).toEqual({ opened: 1, open: isKicked ? 0 : 1 })
  expect(fresh.sockets).toEqual({ opened: 1, open: 1 })
  expect(await fresh.ask('getSelfUserInfo')).toMatchObject({ userID: 'ann' })
})

policiesSuite(startGateway)
