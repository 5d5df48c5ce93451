import { expect, test } from 'vitest'
import { isSignature } from '../../../src/wechat/signature.ts'
import { startReceiver, type ReceiverAnswer } from './receiver.ts'
import { start } from './start.ts'

test.each(['plain', 'compat', 'secure'] as const)(
  'in %s mode, the check is in clear, signed, with a number that no double holds',
  async mode => {
    await using receiver = await startReceiver(({ query }) => query.get('echostr') ?? 404)
    await using run = await start({ callbackUrl: receiver.url, account: { mode } })
    expect(await run.simulator.checkCallback()).toBe(true)
    const query = receiver.pushes[0]?.query ?? new URLSearchParams()
    const [signature, time, nonce] = ['signature', 'timestamp', 'nonce'].map(name => query.get(name) ?? '')
    expect(isSignature(signature ?? '', run.simulator.account.token, time ?? '', nonce ?? '')).toBe(true)
    expect(query.get('echostr')).toMatch(/^\d{19}$/)
    expect([...query.keys()].toSorted()).toEqual(['echostr', 'nonce', 'signature', 'timestamp'])
  }
)

test.each<[string, (echo: string) => ReceiverAnswer]>([
  ['another number', echo => String(Number(echo))],
  ['JSON', echo => JSON.stringify(echo)],
  ['nothing', () => ''],
  ['a failure', () => 500]
])('a callback that answers %s fails', async (_, answer) => {
  await using receiver = await startReceiver(({ query }) => answer(query.get('echostr') ?? ''))
  await using run = await start({ callbackUrl: receiver.url })
  expect(await run.simulator.checkCallback()).toBe(false)
})

test('a callback that is not there, or is silent for five seconds, fails', async () => {
  await using run = await start()
  expect(await run.simulator.checkCallback()).toBe(false)
  await using receiver = await startReceiver(() => undefined)
  run.simulator.set({ callbackUrl: receiver.url })
  const checked = run.simulator.checkCallback()
  await expect.poll(() => receiver.pushes.length).toBe(1)
  await run.clock.advance(5_000)
  expect(await checked).toBe(false)
})
