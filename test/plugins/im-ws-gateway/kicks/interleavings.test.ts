import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { verdictOn } from '../../../../src/plugins/im-ws-gateway/gateway/policy.ts'
import { isLater } from '../../../../src/plugins/im-ws-gateway/kicks/login-order.ts'
import { fakeClock } from '../../../../src/testing/index.ts'
import { FakeTokens } from '../gateway/fake-cores.ts'
import { FakeMember, loginNode, type Policy } from './member.ts'
import { settle, sharedState } from './shared-state.ts'

type Step =
  | {
      readonly do: 'login'
      readonly node: number
      readonly platformID: number
      readonly dialect: '2.0' | '2.3' | '3'
      readonly token: number
      readonly isSlow: boolean
    }
  | { readonly do: 'leave' | 'enter'; readonly member: number }
  | { readonly do: 'deafen' | 'mute' | 'restore'; readonly node: number }
  | { readonly do: 'jump'; readonly node: number; readonly ms: number }
  | { readonly do: 'wait' }

const nodeNumber = fc.nat({ max: 2 })
const memberNumber = fc.nat({ max: 30 })
const policies = fc.constantFrom<Policy>('kick-same-terminal', 'kick-all-others')
const loginStep = (isSlow: fc.Arbitrary<boolean>) =>
  fc.record({
    do: fc.constant('login' as const),
    node: nodeNumber,
    platformID: fc.constantFrom(5, 5, 5, 3, 4, 1),
    dialect: fc.constantFrom('2.0' as const, '2.3' as const, '3' as const, '3' as const),
    token: fc.nat({ max: 4 }),
    isSlow
  })
const jumpStep = fc.record({
  do: fc.constant('jump' as const),
  node: nodeNumber,
  ms: fc.integer({ min: -5_000, max: 5_000 })
})
const waitStep = fc.record({ do: fc.constant('wait' as const) })
const leaveStep = fc.record({ do: fc.constant('leave' as const), member: memberNumber })

/** Three nodes, and one user who comes and goes. Tokens are renewed: a refused one is used again, and so is a new one. */
function start(policy: Policy, isShared: boolean) {
  const tokens = new FakeTokens()
  const shared = sharedState()
  const members: FakeMember[] = []
  const logins: Promise<void>[] = []
  const nodes = [0, 1, 2].map(number => {
    const clock = fakeClock()
    const view = shared.node()
    const node = String(number).padStart(16, '0')
    const state = isShared ? { state: view.state } : {}
    return { name: node, clock, view, logins: loginNode({ policy, clock, tokens, node, ...state }) }
  })
  const nodeAt = (number: number) => {
    const node = nodes[isShared ? number : 0]
    if (!node) throw new Error(`there is no node ${number}`)
    return node
  }
  return {
    tokens,
    members,
    nodes,
    do(step: Step): void {
      switch (step.do) {
        case 'wait':
          return
        case 'leave':
          return members[step.member % members.length]?.end('left')
        case 'enter':
          return members[step.member % members.length]?.enter()
        case 'login': {
          const { name, logins: own } = nodeAt(step.node)
          const member = new FakeMember(name, step, step.isSlow)
          members.push(member)
          logins.push(own.logIn(member, `u1/0/${step.token}`))
          return
        }
        case 'jump':
          return nodeAt(step.node).clock.jump(step.ms)
        default:
          return nodeAt(step.node).view[step.do]()
      }
    },
    /** Everything that was away is there again, and what is under way comes to an end. */
    async end(): Promise<void> {
      for (const { view } of nodes) view.restore()
      await settle()
      for (const member of members) member.enter()
      await Promise.all(logins)
      for (const { clock } of nodes) await clock.advance(31_000)
      await settle()
      for (const node of nodes) await node.logins.close()
    }
  }
}

const rankOf = ({ loginAt: at, node }: FakeMember) => ({ at, node })
const goesFor = (policy: Policy, newer: FakeMember, older: FakeMember): boolean =>
  isLater(rankOf(newer), rankOf(older)) &&
  verdictOn(policy, newer, older, () => newer.token === older.token) !== undefined

test('whatever is lost and however logins cross, in the end those stay whom no later one has to end', async () => {
  let kicks = 0
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 8, arbitrary: loginStep(fc.boolean()) },
    { weight: 2, arbitrary: leaveStep },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('enter' as const), member: memberNumber }) },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constantFrom('deafen', 'mute', 'mute', 'restore', 'restore'),
        node: nodeNumber
      })
    },
    { weight: 1, arbitrary: jumpStep },
    { weight: 4, arbitrary: waitStep }
  )
  const steps = fc.array(step, { minLength: 5, maxLength: 40, size: 'max' })
  await fc.assert(
    fc.asyncProperty(policies, steps, async (policy, all) => {
      const { members, tokens, ...world } = start(policy, true)
      for (const one of all) {
        world.do(one)
        if (one.do === 'wait') await settle()
      }
      await world.end()
      const there = members.filter(({ outcome }) => outcome === 'there')
      for (const one of there) expect(there.filter(other => goesFor(policy, other, one))).toEqual([])
      const wereThere = members.filter(({ wasThere }) => wasThere)
      const kicked = members.filter(({ outcome }) => outcome === 'kicked')
      for (const one of kicked) expect(wereThere.some(other => goesFor(policy, other, one))).toBe(true)
      const refused = new Set(
        kicked
          .filter(one => wereThere.some(other => other.token !== one.token && goesFor(policy, other, one)))
          .map(({ token }) => token)
      )
      for (const token of tokens.kicked) expect(refused).toContain(token)
      // Whoever came last of all and has not left by himself is there.
      const last = wereThere.reduce<FakeMember | undefined>(
        (latest, one) => (latest && isLater(rankOf(latest), rankOf(one)) ? latest : one),
        undefined
      )
      expect(['there', 'left', undefined]).toContain(last?.outcome)
      kicks += kicked.length
    }),
    { numRuns: 300 }
  )
  expect(kicks).toBeGreaterThan(300)
}, 120_000)

test('where messages have time to arrive, three nodes do as one does', async () => {
  let kicks = 0
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 8, arbitrary: loginStep(fc.constant(false)) },
    { weight: 2, arbitrary: leaveStep },
    { weight: 2, arbitrary: jumpStep }
  )
  const steps = fc.array(step, { minLength: 5, maxLength: 30, size: 'max' })
  await fc.assert(
    fc.asyncProperty(policies, steps, async (policy, all) => {
      const [three, one] = [start(policy, true), start(policy, false)]
      for (const each of all) {
        three.do(each)
        one.do(each)
        await settle()
        expect(three.members.map(({ outcome }) => outcome)).toEqual(one.members.map(({ outcome }) => outcome))
        expect(three.tokens.kicked).toEqual(one.tokens.kicked)
      }
      kicks += one.members.filter(({ outcome }) => outcome === 'kicked').length
      await three.end()
      await one.end()
    }),
    { numRuns: 100 }
  )
  expect(kicks).toBeGreaterThan(100)
}, 120_000)
