import { median, type Figure } from '../figures.ts'
import { clientsOf, Rig } from './rig.ts'
import type { WayName } from './ways.ts'

const clients = 50
const ways: readonly WayName[] = ['echo', 'echo again', 'socket.io', 'gateway']
const methods = ['GetLoginStatus', 'GetSelfUserInfo'] as const

/** A way, and what one asks there. */
interface Asked {
  readonly name: string
  readonly way: WayName
  readonly method: (typeof methods)[number]
}

const asked: readonly Asked[] = ways.flatMap<Asked>(way => {
  if (way !== 'gateway') return [{ name: way, way, method: 'GetLoginStatus' }]
  return methods.map(method => ({ name: method, way, method }))
})

/**
 * CPU time of the server a request. All ways have their clients all the time and are asked in turns, every other round
 * backwards; ratios are taken within a round.
 */
export async function requests(rounds: number, count: number): Promise<Figure[]> {
  await using rig = new Rig()
  const all = new Map(
    await Promise.all(
      ways.map(async way => {
        const server = await rig.server(way)
        const talk = await rig.talk({
          server: clientsOf(way, server),
          count: clients,
          name: 'asks',
          requests: count,
          perSecond: 0,
          seconds: 0
        })
        return [way, { server, talk }] as const
      })
    )
  )
  const micros = new Map(asked.map(({ name }) => [name, [] as number[]]))
  // The first three rounds compile, and are not counted.
  for (let round = -2; round <= rounds; round++) {
    process.stderr.write(`\rround ${round} of ${rounds} `)
    for (const { name, way, method } of round % 2 === 0 ? asked : asked.toReversed()) {
      const { server, talk } = all.get(way) ?? {}
      if (!server || !talk) continue
      const before = await server.ask<number>('cpuMicros')
      const answers = await talk.ask<number>(method)
      const cpuMicros = (await server.ask<number>('cpuMicros')) - before
      if (round > 0) micros.get(name)?.push(cpuMicros / answers)
    }
  }
  process.stderr.write('\n')
  return figures(name => micros.get(name) ?? [])
}

function figures(micros: (name: string) => readonly number[]): Figure[] {
  const floor = median(micros('echo'))
  const ratio = (name: string): number =>
    median(micros('echo').map((echo, round) => echo / (micros(name)[round] ?? NaN)))
  const cost = (name: string, told: string): Figure => ({
    name: `a request, ${told}`,
    unit: 'µs',
    value: median(micros(name)),
    floor
  })
  const noise = { value: Math.abs(ratio('echo again') - 1), atMost: 0.1 }
  return [
    cost('socket.io', 'socket.io with an acknowledgement'),
    ...methods.map(method => cost(method, method)),
    { name: 'echo to socket.io', unit: '×', value: ratio('socket.io') },
    {
      name: 'echo to GetLoginStatus',
      unit: '×',
      value: ratio('GetLoginStatus'),
      limit: { atLeast: 0.7 },
      noise
    },
    { name: 'echo to GetSelfUserInfo', unit: '×', value: ratio('GetSelfUserInfo') }
  ]
}
