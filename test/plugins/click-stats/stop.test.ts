import { afterAll, beforeAll, expect, test } from 'vitest'
import { temporaryDirectory } from '../database/temporary-directory.ts'
import { until } from '../sessions/rig.ts'
import { startRig } from './rig.ts'

const directory = temporaryDirectory()
beforeAll(directory.make)
afterAll(directory.remove)

test('what was answered before the gateway closes is counted when it is there again', async () => {
  const file = directory.path('stop.db')
  const rig = await startRig({ file })
  await rig.put()
  for (const user of ['alice', 'bob', null]) await rig.click('spring', user)
  expect(rig.clicks.counters).toMatchObject({ recorded_total: 0, queued: 3 })
  await rig.app.close()
  await using again = await startRig({ file })
  expect((await again.counted())?.clicks).toEqual({ unique: 2, raw: 3 })
})

test('so is what was answered while it was closing, after it had written the rest', async () => {
  const file = directory.path('closing.db')
  let answerClick: (() => void) | undefined
  const state = {
    get: async () => undefined,
    compareAndSet: async () => true,
    increment: () => new Promise<number>(resolve => (answerClick = () => resolve(1)))
  }
  const rig = await startRig({ file, state, server: { drainMs: 0 } })
  await rig.put()
  const url = await rig.app.listen({ port: 0, host: '127.0.0.1' })
  const answer = fetch(`${url}/api/banner`, { method: 'PUT', body: new URLSearchParams({ id: 'spring' }) })
  await until(() => answerClick !== undefined)
  const closed = rig.app.close()
  await until(() => !rig.app.server.listening)
  answerClick?.()
  expect(await (await answer).json()).toMatchObject({ success: true, result: 'https://example.com/spring' })
  await closed
  await using again = await startRig({ file })
  expect((await again.counted())?.clicks).toEqual({ unique: 0, raw: 1 })
})

test('users are the same after a restart, unless the secret is another', async () => {
  const file = directory.path('secret.db')
  const options = { file, config: { secret: 'another secret of click-stats, 32 long' } }
  const click = async (given: typeof options | { file: string }): Promise<void> => {
    await using rig = await startRig(given)
    await rig.put()
    await rig.click()
  }
  await click({ file })
  await click({ file })
  await click(options)
  await using rig = await startRig(options)
  expect((await rig.counted())?.clicks).toEqual({ unique: 2, raw: 3 })
})
