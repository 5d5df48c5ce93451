import { expect, test } from 'vitest'
import { readRevoked } from '../../../../src/plugins/im-ws-gateway/tokens/revocation-message.ts'
import type { CutOff } from '../../../../src/plugins/im-ws-gateway/tokens/tokens.ts'
import { settle, sharedState } from '../kicks/shared-state.ts'
import { codeOf, startTokens } from './rig.ts'

test('with a state that is shared, a token that was kicked is refused though no message says so', async () => {
  await using rig = await startTokens()
  const shared = sharedState()
  const [here, there] = [
    await rig.node(shared.node().state),
    await (async () => {
      const view = shared.node()
      view.deafen()
      return rig.node(view.state)
    })()
  ]
  const { token } = await here.issue('u1', 5)
  await there.check(token)
  await here.kick(token, await here.check(token))
  expect(await codeOf(there.check(token))).toBe('tokenKicked')
})

test('a check reads the rows of its user then, and none where the state is not shared', async () => {
  await using rig = await startTokens()
  for (const [state, queries] of [
    [sharedState().node().state, 2],
    [rig.memoryState(), 0],
    [undefined, 0]
  ] as const) {
    const node = await rig.node(state)
    await settle()
    const { token } = await node.issue('u1', 5)
    rig.queries()
    await node.check(token)
    expect(rig.queries()).toBe(queries)
  }
})

test('a forced logout is heard on other nodes, at once or with the next look at the database', async () => {
  for (const how of ['heard', 'missed', 'polled', 'alone'] as const) {
    await using rig = await startTokens()
    const shared = sharedState()
    const view = shared.node()
    const there = await rig.node(how === 'alone' ? undefined : view.state)
    const here = await rig.node(shared.node().state)
    await settle()
    const heard: CutOff[] = []
    there.watchCutOffs(cutOff => void heard.push(cutOff))
    if (how !== 'heard') view.deafen()
    await here.kickAll('u1', 5)
    await settle()
    expect(heard).toHaveLength(how === 'heard' ? 1 : 0)
    if (how === 'missed') view.restore()
    else await rig.clock.advance(30_000)
    await expect.poll(() => heard[0]).toEqual({ userID: 'u1', platformID: 5, until: expect.any(Number) })
  }
})

test('while the state cannot be listened to, the database is looked at all the same', async () => {
  await using rig = await startTokens()
  const shared = sharedState()
  const away = new Proxy(shared.node().state, {
    get: (state, name) =>
      name === 'subscribe' ? () => new Promise(() => undefined) : Reflect.get(state, name)
  })
  const there = await rig.node(away)
  const heard: CutOff[] = []
  there.watchCutOffs(cutOff => void heard.push(cutOff))
  const here = await rig.node(shared.node().state)
  await here.kickAll('u1')
  await rig.clock.advance(60_000)
  await expect.poll(() => heard.length).toBeGreaterThan(0)
})

test.each([
  '',
  'null',
  '{}',
  JSON.stringify({ kicks: [{ userID: 'u1', digest: 7, expiresAt: 1 }], cutOffs: [] }),
  JSON.stringify({ kicks: [], cutOffs: [{ userID: 'u1', platformID: '5', until: 1 }] }),
  JSON.stringify({ kicks: [], cutOffs: [{ userID: 'u1', platformID: 5, until: null }] }),
  `${JSON.stringify({ kicks: [], cutOffs: [] })}${' '.repeat(5_000)}`
])('%j is no message of a node', text => {
  expect(readRevoked(text)).toBeUndefined()
})
