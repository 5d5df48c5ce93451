import { setTimeout as sleep } from 'node:timers/promises'
import type { Child } from '../child.ts'
import { median, type Figure } from '../figures.ts'
import { makeAccounts } from './accounts.ts'
import { makeGroup } from './group.ts'
import { join, protocols } from './protocols.ts'
import { clientsOf, Rig } from './rig.ts'
import { protocolOf, type WayName } from './ways.ts'

const ways: readonly WayName[] = ['floor', 'ws', 'ws again', 'socket.io', 'gateway']
/** How one writes to the group in a turn. */
const schedules = {
  single: { times: 20, everyMs: 25, messages: 1 },
  bursts: { times: 5, everyMs: 250, messages: 10 }
}
type Mode = keyof typeof schedules
const modes = Object.keys(schedules) as Mode[]
/** How long readers may take for the rest when nothing is sent any more. */
const patienceMs = 20_000

/** A way with its group, and what it took in each round. */
interface Group extends Readonly<Record<Mode, number[]>> {
  readonly way: WayName
  readonly server: Child<string>
  /** Those who write to the group: each sends a message. */
  readonly senders: readonly (() => void)[]
  /** How many messages its members have, in all. */
  readonly received: () => Promise<number>
}

/**
 * CPU time of the server for each member of a group that a message goes to. All ways have their members connected all
 * the time and send in turns, every other round backwards; ratios are taken within a round.
 */
export async function fanOut(rounds: number, count: number): Promise<Figure[]> {
  await using rig = new Rig()
  const servers = await Promise.all(ways.map(async way => ({ way, server: await rig.server(way) })))
  const crowd = await rig.crowd({
    servers: servers.map(({ way, server }) => clientsOf(way, server)),
    count,
    name: 'member',
    localAddress: '127.0.0.2'
  })
  const groups: Group[] = []
  for (const [index, { way, server }] of servers.entries()) {
    const senders = await sendersTo(way, server.ready, count)
    const received = async (): Promise<number> => (await crowd.ask<number[]>('messages'))[index] ?? NaN
    groups.push({ way, server, senders, received, single: [], bursts: [] })
  }
  await crowd.ask('connect')
  for (const group of groups) await sendFor(group, 'single', count)
  // Each at a time of his own: what members are told of the conversation differs from one to the next, as in use.
  await crowd.ask('read')
  let missing = 0
  // The first three rounds compile, and are not counted.
  for (let round = -2; round <= rounds; round++) {
    process.stderr.write(`\rround ${round} of ${rounds} `)
    for (const mode of modes)
      for (const group of round % 2 === 0 ? groups : groups.toReversed()) {
        const turn = await sendFor(group, mode, count)
        missing += turn.missing
        if (round > 0) group[mode].push(turn.microsEach)
      }
  }
  process.stderr.write('\n')
  const lost = await crowd.ask<number>('lost')
  const samples = (mode: Mode, way: WayName): readonly number[] =>
    groups.find(group => group.way === way)?.[mode] ?? []
  return [
    ...modes.flatMap(mode => costs(mode, samples)),
    ...modes.flatMap(mode => ratios(mode, samples)),
    { name: 'messages missing', unit: '', value: missing, limit: { atMost: 0 } },
    { name: 'members disconnected', unit: '', value: lost, limit: { atMost: 0 } }
  ]
}

/** The ten who write to the group. The gateway's is made before its members connect. */
async function sendersTo(way: WayName, url: string, count: number): Promise<(() => void)[]> {
  const protocol = protocolOf(way)
  const writers = Array.from({ length: 10 }, (_, index) => `writer${index}`)
  const isGateway = way === 'gateway'
  const accounts = isGateway
    ? await makeAccounts(url, writers)
    : writers.map(userID => ({ userID, token: '' }))
  const members = Array.from({ length: count }, (_, index) => `member${index}`)
  if (isGateway) await makeGroup(url, writers[0] ?? '', [...writers, ...members])
  return Promise.all(
    accounts.map(async account => {
      const line = await join(protocol, url, account, { hear: () => {} })
      return () => line.send(protocols[protocol].groupMessage(account.userID))
    })
  )
}

/** What sending for a while comes to. */
interface Turn {
  /** CPU time of the server, user and system, until all members had everything, for each message of each member. */
  readonly microsEach: number
  readonly missing: number
}

async function sendFor({ server, senders, received }: Group, mode: Mode, count: number): Promise<Turn> {
  const { times, everyMs, messages } = schedules[mode]
  const deliveries = times * messages * count
  const expected = (await received()) + deliveries
  const before = await server.ask<number>('cpuMicros')
  const began = performance.now()
  for (let time = 1; time <= times; time++) {
    for (const send of senders.slice(0, messages)) send()
    await sleep(Math.max(0, began + time * everyMs - performance.now()))
  }
  let missing = expected - (await received())
  for (const ends = performance.now() + patienceMs; missing > 0 && performance.now() < ends;) {
    await sleep(20)
    missing = expected - (await received())
  }
  return { microsEach: ((await server.ask<number>('cpuMicros')) - before) / deliveries, missing }
}

type Samples = (mode: Mode, way: WayName) => readonly number[]

function costs(mode: Mode, samples: Samples): Figure[] {
  const floor = median(samples(mode, 'floor'))
  const cost = (way: WayName, told: string): Figure => {
    return {
      name: `${mode}: a message for a member, ${told}`,
      unit: 'µs',
      value: median(samples(mode, way)),
      floor
    }
  }
  return [
    cost('ws', 'one ws.send each'),
    cost('socket.io', 'socket.io to a room'),
    cost('gateway', 'gateway')
  ]
}

function ratios(mode: Mode, samples: Samples): Figure[] {
  const ratio = (way: WayName): number =>
    median(samples(mode, way).map((value, round) => value / (samples(mode, 'ws')[round] ?? NaN)))
  const floor = ratio('floor')
  const noise = { value: Math.abs(ratio('ws again') - 1), atMost: 0.1 }
  return [
    { name: `${mode}: socket.io to ws.send`, unit: '×', value: ratio('socket.io'), floor },
    {
      name: `${mode}: gateway to ws.send`,
      unit: '×',
      value: ratio('gateway'),
      floor,
      limit: { atMost: 0.8 },
      noise
    }
  ]
}
