import { expect, test } from 'vitest'
import { fakeClock } from '../../../../src/testing/index.ts'
import { hears, history, say } from './chat.ts'
import { startGateway, temporaryFolder } from './gateway.ts'
import { versions, type Version } from './packages.ts'

/** When a client is back after its socket has ended (specification §1.4). */
const backAfterMs: Readonly<Record<Version, number>> = { '2.0.3': 2_000, '2.3.0': 10_500, '3.5.2': 5_000 }

test.each(versions)('%s comes back after a restart, and misses nothing', async version => {
  using folder = temporaryFolder()
  const file = folder.file('im.db')
  const clock = fakeClock(Date.now())
  const first = await startGateway({ file })
  const ann = await first.online({ version, userID: 'ann', clock })
  const bob = await first.online({ version: '3.5.2', userID: 'bob' })
  await say(bob, { userID: 'ann' }, 'before')
  await hears(ann, 'before')
  await first.close()
  await ann.settled('is closed', () => ann.sockets.open === 0)

  await using second = await startGateway({ file, port: first.port })
  await using _ann = ann
  const other = await second.online({ version: '3.5.2', userID: 'bob' })
  for (const text of ['away 1', 'away 2', 'away 3']) await say(other, { userID: 'ann' }, text)
  const logins = (): number => ann.frames.filter(({ event }) => event === 'Login').length
  const before = logins()
  await clock.advance(backAfterMs[version])
  await ann.settled('has logged in', () => logins() === before + 2)
  await say(other, { userID: 'ann' }, 'after')
  await hears(ann, 'after')
  const texts = (await history(ann, { userID: 'bob' })).map(({ text }) => text)
  expect(texts).toEqual(['before', 'away 1', 'away 2', 'away 3', 'after'])
  expect(ann.sockets).toEqual({ opened: 2, open: 1 })
  await bob[Symbol.asyncDispose]()
})

test.each(versions)('%s keeps on coming while the gateway is away for 20 s', async version => {
  using folder = temporaryFolder()
  const file = folder.file('im.db')
  const clock = fakeClock(Date.now())
  const first = await startGateway({ file })
  const ann = await first.online({ version, userID: 'ann', clock })
  await first.close()
  await ann.settled('is closed', () => ann.sockets.open === 0)
  for (let ms = 0; ms < 20_000; ms += 250) {
    await clock.advance(250)
    await ann.settled('has tried', () => ann.isIdle)
  }
  const tries = ann.sockets.opened
  expect(tries).toBeGreaterThan(1)

  await using second = await startGateway({ file, port: first.port })
  await using _ann = ann
  for (let ms = 0; ms < 11_000 && ann.sockets.open === 0; ms += 250) {
    await clock.advance(250)
    await ann.settled('has tried', () => ann.isIdle)
  }
  const bob = await second.online({ version: '3.5.2', userID: 'bob' })
  await say(bob, { userID: 'ann' }, 'still there?')
  await hears(ann, 'still there?')
})
