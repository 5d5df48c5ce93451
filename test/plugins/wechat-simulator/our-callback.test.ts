import { describe, expect, test } from 'vitest'
import type { Step } from '../../../src/plugins/wechat-simulator/faults.ts'
import { callbackApp, type CallbackApp } from '../wechat-scan/callback-app.ts'
import { start, type Run } from './start.ts'

const modes = ['plain', 'compat', 'secure'] as const
const formats = ['xml', 'json'] as const
const all = modes.flatMap(mode => formats.map(format => [mode, format] as const))

interface Pair extends AsyncDisposable {
  readonly run: Run
  readonly ours: CallbackApp
}

/** The simulator and the callback of scan logins, on one clock, which answers everything in the chat. */
async function pair(
  mode: (typeof modes)[number],
  format: (typeof formats)[number],
  script: readonly Step[] = []
): Promise<Pair> {
  const run = await start({ account: { mode }, format, script })
  const { appId, token, encodingAesKey } = run.simulator.account
  const scans: CallbackApp['scans'] = []
  const ours = await callbackApp({
    clock: run.clock,
    account: { appId, token, aesKeys: [encodingAesKey], mode },
    scanned: async push => ({ reply: `Scan ${scans.push(push)} of ${push.scene}: "]]>" & 中` }),
    answered: async ({ fields }) => ({ reply: `Heard ${fields['Content']}` })
  })
  const url = await ours.app.listen({ host: '127.0.0.1', port: 0 })
  run.simulator.set({ callbackUrl: `${url}/wechat_event` })
  const dispose = async (): Promise<void> => {
    await run.simulator.close()
    await ours[Symbol.asyncDispose]()
  }
  return { run, ours: Object.assign(ours, { scans }), [Symbol.asyncDispose]: dispose }
}

describe.each(all)('our callback in %s mode, with pushes in %s', (mode, format) => {
  test('passes the check of its URL', async () => {
    await using both = await pair(mode, format)
    expect(await both.run.simulator.checkCallback()).toBe(true)
  })

  test('hears who follows and who scans, and answers in the chat', async () => {
    await using both = await pair(mode, format)
    const { simulator, api } = both.run
    await api.scene('V1StGXR8_Z5jdHi6B-myTQ')
    const scan = (openid: string) => simulator.phone.scan({ scene: 'V1StGXR8_Z5jdHi6B-myTQ' }, openid)
    const outcomes = [await scan('oAnn'), await scan('oAnn')]
    expect(outcomes).toEqual([
      { result: 'answered', problems: [], reply: 'Scan 1 of V1StGXR8_Z5jdHi6B-myTQ: "]]>" & 中' },
      { result: 'answered', problems: [], reply: 'Scan 2 of V1StGXR8_Z5jdHi6B-myTQ: "]]>" & 中' }
    ])
    const createdAt = both.run.clock.now()
    expect(both.ours.scans).toMatchObject([
      { event: 'subscribe', openid: 'oAnn', scene: 'V1StGXR8_Z5jdHi6B-myTQ', createdAt },
      { event: 'SCAN', openid: 'oAnn', scene: 'V1StGXR8_Z5jdHi6B-myTQ', createdAt }
    ])
  })

  test('hears what is said, and answers in the chat', async () => {
    await using both = await pair(mode, format)
    const { phone } = both.run.simulator
    await phone.follow('oAnn')
    expect(await phone.say('oAnn', '<Encrypt>]]>"\n中')).toMatchObject({
      result: 'answered',
      reply: 'Heard <Encrypt>]]>"\n中'
    })
  })

  test.each(['same', 'fresh'] as const)(
    'takes a push that comes again (%s time and nonce) for the same scan',
    async as => {
      await using both = await pair(mode, format, [{ on: 'push', do: 'duplicate', copies: 3, as }])
      await both.run.api.scene('one')
      await both.run.simulator.phone.scan({ scene: 'one' }, 'oAnn')
      expect(both.ours.scans).toHaveLength(1)
    }
  )
})

test('a push from a clock that is far off is refused', async () => {
  await using both = await pair('secure', 'xml', [{ on: 'push', do: 'skew', ms: -600_000 }])
  await both.run.api.scene('one')
  const outcome = both.run.simulator.phone.scan({ scene: 'one' }, 'oAnn')
  await expect.poll(() => both.ours.log.some(line => line.includes('stale'))).toBe(true)
  await both.run.simulator.close()
  expect(await outcome).toMatchObject({ problems: ['it answered 400'] })
  expect(both.ours.scans).toEqual([])
})
