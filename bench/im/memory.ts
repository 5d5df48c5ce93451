import type { Figure } from '../figures.ts'
import { clientsOf, Rig } from './rig.ts'
import type { Holdings } from './server.ts'
import type { WayName } from './ways.ts'

/** Connections of one process: a process has some 20,000 files at most. */
const perProcess = 9_000

/** Resident memory of the server that comes with an idle connection; with a login at the gateway. */
export async function memory(count: number): Promise<Figure[]> {
  const ws = await kilobytesEach('ws', count)
  const socketIo = await kilobytesEach('socket.io', count)
  const gateway = await kilobytesEach('gateway', count)
  const figure = (way: string, value: number): Figure => ({
    name: `memory of a connection, ${way}`,
    unit: 'kB',
    value
  })
  return [
    figure('ws', ws),
    figure('socket.io', socketIo),
    { ...figure('gateway, logged in', gateway), floor: ws, limit: { atMost: 30 } }
  ]
}

async function kilobytesEach(way: WayName, count: number): Promise<number> {
  await using rig = new Rig()
  const server = await rig.server(way)
  // What making the users takes, and leaves as room for later, counts too.
  const { rssBytes: before } = await server.ask<Holdings>('holdings')
  const crowds = await Promise.all(
    Array.from({ length: Math.ceil(count / perProcess) }, (_, index) => {
      return rig.crowd({
        servers: [clientsOf(way, server)],
        count: Math.min(perProcess, count - index * perProcess),
        name: `idle${index}-`,
        localAddress: `127.0.0.${index + 2}`
      })
    })
  )
  await Promise.all(crowds.map(crowd => crowd.ask('connect')))
  const { rssBytes: after } = await server.ask<Holdings>('holdings')
  const lost = await Promise.all(crowds.map(crowd => crowd.ask<number>('lost')))
  if (lost.some(some => some > 0)) throw new Error(`${way}: connections ended`)
  return (after - before) / count / 1_000
}
