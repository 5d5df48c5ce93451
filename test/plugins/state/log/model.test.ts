import * as fc from 'fast-check'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { fakeClock } from '../../../../src/testing/index.ts'
import { logReader } from '../../../contracts/state/log-reader.ts'
import { faultsOf, type Promised } from './history.ts'
import { LogServer, type LogNode } from './log-server.ts'

const nodes = 3

interface Action {
  readonly what: (typeof names)[number]
  readonly node: number
  readonly count: number
}

const names = [
  'append',
  'append',
  'append',
  'append',
  'turn',
  'turn',
  'deafen',
  'hear',
  'interrupt',
  'listen',
  'away',
  'back',
  'hold',
  'release',
  'wait',
  'holdReplication',
  'replicate',
  'failOver',
  'wipe'
] as const

const actions = (what: readonly Action['what'][]): fc.Arbitrary<Action[]> =>
  fc.array(
    fc.record({
      what: fc.constantFrom(...what),
      node: fc.nat(nodes - 1),
      count: fc.integer({ min: 1, max: 6 })
    }),
    { maxLength: 60, size: 'max' }
  )

/** Does it all, heals everything, and returns what is wrong. */
async function run(steps: readonly Action[], maxEntries: number): Promise<string[]> {
  const clock = fakeClock()
  const server = new LogServer(clock)
  const all = Array.from({ length: nodes }, () => {
    const node = server.node()
    const log = node.logs.open('l')
    return { node, log, reader: logReader(log, 'start') }
  })
  await Promise.all(all.map(({ reader }) => reader.following.started))
  const promised: Promised[] = []
  let number = 0
  const appends: Promise<unknown>[] = []
  const does: Record<Action['what'], (node: LogNode, step: Action) => unknown> = {
    append(_, { node, count }) {
      for (let left = count; left > 0; left--) {
        const text = `${++number}`
        const appended = all[node]?.log.append(text, { maxEntries })
        appends.push(
          Promise.resolve(appended).then(
            place => place && promised.push({ ...place, text }),
            () => undefined
          )
        )
      }
    },
    turn: () => turn(),
    deafen: node => (node.isDeaf = true),
    hear: node => (node.isDeaf = false),
    interrupt: node => (node.isListening = false),
    listen: node => (node.isListening = true),
    away: node => (node.isAway = true),
    back: node => (node.isAway = false),
    hold: node => (node.held ??= []),
    release: node => node.release(),
    wait: (_, { count }) => clock.advance(count * 7_000),
    holdReplication: () => server.holdReplication(),
    replicate: () => server.replicate(),
    failOver: () => server.failOver(),
    wipe: () => server.wipe()
  }
  for (const step of steps)
    for (const { node } of all.slice(step.node, step.node + 1)) await does[step.what](node, step)
  await Promise.all(appends)
  for (const { node } of all) {
    node.isDeaf = false
    node.isAway = false
    node.isListening = true
    node.release()
  }
  await clock.advance(61_000)
  const faults = all.flatMap(({ reader }, index) => {
    const stale = reader.following.isCurrent ? [] : ['it is not current']
    return [...stale, ...faultsOf(reader, promised)].map(fault => `node ${index}: ${fault}`)
  })
  await Promise.all(all.map(({ reader }) => reader.following.end()))
  return faults
}

const numRuns = 250

test.each<{ readonly where: string; readonly what: readonly Action['what'][]; readonly maxEntries: number }>([
  { where: 'anything may happen', what: names, maxEntries: 1_000 },
  {
    where: 'the server loses what it has promised',
    what: ['append', 'append', 'turn', 'holdReplication', 'failOver', 'wipe', 'interrupt', 'listen', 'wait'],
    maxEntries: 1_000
  },
  {
    where: 'messages get lost and come late',
    what: ['append', 'append', 'turn', 'deafen', 'hear', 'hold', 'release', 'away', 'back', 'wait'],
    maxEntries: 1_000
  },
  {
    where: 'hardly anything is remembered',
    what: names.filter(name => !['failOver', 'wipe', 'holdReplication'].includes(name)),
    maxEntries: 4
  }
])(
  'every promised entry comes once and in order, or is told as lost, where $where',
  async ({ what, maxEntries }) => {
    await fc.assert(
      fc.asyncProperty(actions(what), async steps => {
        expect(await run(steps, maxEntries)).toEqual([])
      }),
      { numRuns }
    )
  }
)
