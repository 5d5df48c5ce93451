import * as fc from 'fast-check'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { openNodes, settle, type Node, type Nodes } from './nodes.ts'
import { faultsOf, Wanderer, type Published } from './wanderer.ts'

const topics = ['a', 'b', 'quiet']
const readerTopics = [['a'], ['a', 'b'], ['quiet'], ['quiet', 'b', 'a']]

const calm = ['publish', 'publish', 'publish', 'cut', 'cut', 'settle', 'settle'] as const
const faults = [
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

interface Action {
  readonly what: (typeof calm)[number] | (typeof faults)[number]
  readonly node: number
  readonly which: number
  readonly count: number
}

const actions = (what: readonly Action['what'][]): fc.Arbitrary<Action[]> =>
  fc.array(
    fc.record({
      what: fc.constantFrom(...what),
      node: fc.nat(1),
      which: fc.nat(7),
      count: fc.integer({ min: 1, max: 12 })
    }),
    { minLength: 30, maxLength: 80, size: 'max' }
  )

async function run(steps: readonly Action[], config: object): Promise<string[]> {
  await using nodes = openNodes(config)
  const both = [await nodes.add(), await nodes.add()]
  const wanderers = readerTopics.map((names, index) => new Wanderer(both, names, index % 2))
  while (!wanderers.every(({ reader }) => reader.open)) await turn()
  const published: Published[] = []
  let number = 0
  const publish = (node: Node | undefined, topic: string): Promise<unknown> => {
    const data = `${++number}`
    const sent = node?.hub.publish(topic, { data }).then(
      id => published.push({ id, topic, data }),
      () => undefined
    )
    return Promise.resolve(sent)
  }
  const under: Promise<unknown>[] = []
  for (const step of steps) {
    for (const node of both.slice(step.node, step.node + 1)) {
      if (step.what === 'publish')
        for (let left = step.count; left > 0; left--)
          under.push(publish(node, topics[(step.which + left) % (left % 5 ? 2 : 3)] ?? 'a'))
      else await act(step, node, nodes, wanderers)
    }
  }
  await Promise.all(under)
  for (const { connection } of both) {
    connection.isDeaf = false
    connection.isAway = false
    connection.isListening = true
    connection.release()
  }
  await nodes.clock.advance(61_000)
  await settle()
  const last = published.length
  for (const topic of topics) await publish(both[0], topic)
  const isDone = ({ reader }: Wanderer): boolean =>
    published
      .slice(last)
      .every(({ topic, data }) => !reader.topics.includes(topic) || reader.received.includes(data))
  expect(published.length).toBe(last + topics.length)
  while (!wanderers.every(isDone)) await turn()
  for (const wanderer of wanderers) {
    wanderer.isOver = true
    wanderer.reader.leave()
  }
  await Promise.all(wanderers.map(({ life }) => life))
  return wanderers.flatMap(({ reader }) =>
    faultsOf(reader, published).map(fault => `${reader.topics.join(',')}: ${fault}`)
  )
}

async function act(
  { what, which, node: index, count }: Action,
  { connection }: Node,
  { server, clock }: Nodes,
  wanderers: readonly Wanderer[]
): Promise<void> {
  const wanderer = wanderers[which % wanderers.length]
  if (what === 'cut' && wanderer) {
    wanderer.node = index
    wanderer.reader.leave()
  }
  if (what === 'settle') await settle()
  if (what === 'deafen') connection.isDeaf = true
  if (what === 'hear') connection.isDeaf = false
  if (what === 'interrupt') connection.isListening = false
  if (what === 'listen') connection.isListening = true
  if (what === 'away') connection.isAway = true
  if (what === 'back') connection.isAway = false
  if (what === 'hold') connection.held ??= []
  if (what === 'release') connection.release()
  if (what === 'wait') await clock.advance(count * 1_000)
  if (what === 'holdReplication') server.holdReplication()
  if (what === 'replicate') server.replicate()
  if (what === 'failOver') await server.failOver()
  if (what === 'wipe') await server.wipe()
}

test.each([
  { where: 'readers change nodes', what: calm, config: {} },
  { where: 'nodes are cut off as well', what: [...calm, ...calm, ...faults.slice(0, 9)], config: {} },
  { where: 'anything happens', what: [...calm, ...calm, ...faults], config: {} },
  {
    where: 'little is remembered',
    what: [...calm, ...calm, ...faults.slice(0, 9)],
    config: { historyEvents: 5, maxLogEvents: 100, maxHistoryBytes: 2_000 }
  }
])(
  'a reader gets every event once and in order, or is told of the gap, where $where',
  async options => {
    await fc.assert(
      fc.asyncProperty(actions(options.what), async steps => {
        expect(await run(steps, options.config)).toEqual([])
      }),
      { numRuns: 15, endOnFailure: true }
    )
  },
  60_000
)
