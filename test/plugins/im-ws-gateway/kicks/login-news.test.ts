import { expect, test } from 'vitest'
import type { State } from '../../../../src/plugins/state/service.ts'
import { fakeClock } from '../../../../src/testing/index.ts'
import { FakeTokens } from '../gateway/fake-cores.ts'
import { startRig } from '../gateway/rig.ts'
import { FakeMember, loginNode } from './member.ts'
import { settle, sharedState } from './shared-state.ts'

const policy = 'kick-same-terminal'
const web = { platformID: 5, dialect: '3' } as const

/** A node whose subscription does what a test wants, next to one that works. */
function start(subscribe: (state: State) => State['subscribe']) {
  const [clock, tokens, shared] = [fakeClock(), new FakeTokens(), sharedState()]
  const { state: own } = shared.node()
  const state = new Proxy(own, {
    get: (target, name) => (name === 'subscribe' ? subscribe(target) : Reflect.get(target, name))
  })
  const here = loginNode({ policy, clock, tokens, node: '0'.repeat(16), state })
  const there = loginNode({ policy, clock, tokens, node: '1'.repeat(16), state: shared.node().state })
  return { clock, here, there, published: shared.published }
}

test('a node that is not let listen tries again, and then hears of those who came meanwhile', async () => {
  let tries = 0
  const { clock, here, there } = start(
    state =>
      (...subscription) =>
        ++tries < 3 ? Promise.reject(new Error('no permission')) : state.subscribe(...subscription)
  )
  const [old, fresh] = [new FakeMember('here', web, false), new FakeMember('there', web, false)]
  await here.logIn(old, 'u1/5/old')
  await there.logIn(fresh, 'u1/5/new')
  await settle()
  await clock.advance(9_000)
  expect([tries, old.outcome]).toEqual([2, 'there'])
  await clock.advance(1_000)
  await settle()
  expect([tries, old.outcome, fresh.outcome]).toEqual([3, 'kicked', 'there'])
  await here.close()
  await there.close()
})

test('a node that ends before it could listen does not listen after that, and says nothing', async () => {
  let open = (): void => undefined
  let ended = 0
  const { here, published } = start(() => async () => {
    await new Promise<void>(resolve => void (open = resolve))
    return async () => void ended++
  })
  await here.logIn(new FakeMember('here', web, false), 'u1/5/a')
  await here.close()
  open()
  await settle()
  expect([ended, published.length]).toEqual([1, 1])
})

test('a node that ends while it is not let listen tries no more', async () => {
  let tries = 0
  const { clock, here } = start(() => () => {
    tries++
    return Promise.reject(new Error('no permission'))
  })
  await settle()
  await here.close()
  await clock.advance(60_000)
  expect(tries).toBe(1)
})

test('a gateway whose state is its own listens to nobody, and says nothing', async () => {
  const { state } = sharedState().node()
  const used: PropertyKey[] = []
  const alone = new Proxy(state, {
    get(target, name) {
      used.push(name)
      return name === 'isShared' ? false : Reflect.get(target, name)
    }
  })
  await using rig = await startRig({ state: alone })
  await rig.start()
  expect(new Set(used)).toEqual(new Set(['isShared']))
})
