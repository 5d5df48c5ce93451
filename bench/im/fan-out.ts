import { setTimeout as sleep } from 'node:timers/promises'
import type { Child } from '../child.ts'
import { median, type Figure } from '../figures.ts'
import { makeAccounts } from './accounts.ts'
import { join, requestFrame, sendFrame } from './protocols.ts'
import { clientsOf, Rig } from './rig.ts'
import type { WayName } from './ways.ts'

const ways: readonly WayName[] = ['ws', 'ws again', 'socket.io', 'gateway']
const times = 20
const everyMs = 25
/** How long readers may take for the rest when nothing is sent any more. */
const patienceMs = 20_000
/** A client may name so many users in one request. */
const atOnce = 900
const name = 'member'

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
    name,
    localAddress: '127.0.0.2'
  })
  const all = await Promise.all(
    servers.map(async ({ way, server }, index) => {
      const send = way === 'gateway' ? await groupOf(server.ready, count) : () => server.ask('publish')
      return { way, index, server, send, micros: [] as number[] }
    })
  )
  await crowd.ask('connect')
  let missing = 0
  // The first three rounds compile, and are not counted.
  for (let round = -2; round <= rounds; round++) {
    process.stderr.write(`\rround ${round} of ${rounds} `)
    for (const each of round % 2 === 0 ? all : all.toReversed()) {
      const received = async (): Promise<number> => (await crowd.ask<number[]>('messages'))[each.index] ?? NaN
      const turn = await sendFor(each.server, each.send, count, received)
      missing += turn.missing
      if (round > 0) each.micros.push(turn.cpuMicros / (times * count))
    }
  }
  process.stderr.write('\n')
  const lost = await crowd.ask<number>('lost')
  return figures(way => all.find(each => each.way === way)?.micros ?? [], missing, lost)
}

/** Makes a group of the members at the gateway, before they connect. Resolves with what writes to it. */
async function groupOf(url: string, count: number): Promise<() => Promise<unknown>> {
  const [account] = await makeAccounts(url, ['sender'])
  if (!account) throw new TypeError('no account')
  let answer: (frame: string) => void = () => {}
  const line = await join('open-im', url, account, {
    hear: frame => {
      if (frame.includes('"operationID":"bench')) answer(frame.toString())
    }
  })
  const ask = async (text: string): Promise<unknown> => {
    const answered = new Promise<string>(resolve => void (answer = resolve))
    line.send(text)
    const { errCode, errMsg, data } = JSON.parse(await answered) as Record<string, unknown>
    if (errCode !== 0) throw new Error(`${String(errCode)} ${String(errMsg)}`)
    return data === '' ? data : JSON.parse(String(data))
  }
  const userIDs = Array.from({ length: count }, (_, index) => `${name}${index}`)
  const groupInfo = { groupName: 'Everybody', groupType: 2 }
  const first = JSON.stringify({ memberUserIDs: userIDs.slice(0, atOnce), groupInfo, ownerUserID: 'sender' })
  const { groupID } = (await ask(requestFrame('CreateGroup', 'sender', [first]))) as { groupID: string }
  for (let at = atOnce; at < count; at += atOnce) {
    const some = JSON.stringify(userIDs.slice(at, at + atOnce))
    await ask(requestFrame('InviteUserToGroup', 'sender', [groupID, '', some]))
  }
  return () => ask(sendFrame('sender', { groupID }))
}

/** What sending for a while comes to. */
interface Turn {
  /** CPU time of the server, user and system, until all members had everything. */
  readonly cpuMicros: number
  readonly missing: number
}

async function sendFor(
  server: Child<string>,
  send: () => Promise<unknown>,
  count: number,
  received: () => Promise<number>
): Promise<Turn> {
  const expected = (await received()) + times * count
  const before = await server.ask<number>('cpuMicros')
  const began = performance.now()
  for (let time = 0; time < times; time++) {
    await send()
    const waitMs = began + (time + 1) * everyMs - performance.now()
    if (waitMs > 0) await sleep(waitMs)
  }
  let missing = expected - (await received())
  for (const ends = performance.now() + patienceMs; missing > 0 && performance.now() < ends;) {
    await sleep(20)
    missing = expected - (await received())
  }
  return { cpuMicros: (await server.ask<number>('cpuMicros')) - before, missing }
}

function figures(micros: (way: WayName) => readonly number[], missing: number, lost: number): Figure[] {
  const ratio = (way: WayName): number =>
    median(micros(way).map((value, round) => value / (micros('ws')[round] ?? NaN)))
  const cost = (way: WayName, told: string): Figure => {
    return { name: `a message for a member, ${told}`, unit: 'µs', value: median(micros(way)) }
  }
  return [
    cost('ws', 'one ws.send each'),
    cost('socket.io', 'socket.io to a room'),
    cost('gateway', 'gateway'),
    { name: 'fan-out: socket.io to ws.send', unit: '×', value: ratio('socket.io') },
    {
      name: 'fan-out: gateway to ws.send',
      unit: '×',
      value: ratio('gateway'),
      limit: { atMost: 0.8 },
      noise: { value: Math.abs(ratio('ws again') - 1), atMost: 0.1 }
    },
    { name: 'messages missing', unit: '', value: missing, limit: { atMost: 0 } },
    { name: 'members disconnected', unit: '', value: lost, limit: { atMost: 0 } }
  ]
}
