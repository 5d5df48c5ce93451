import type { Figure } from '../figures.ts'
import { clientsOf, Rig } from './rig.ts'
import type { Delivered } from './talk.ts'
import type { WayName } from './ways.ts'

const people = 200

/** From when a message is sent to when the other side has it, at a constant rate. */
export async function latency(perSecond: number, seconds: number): Promise<Figure[]> {
  const ws = await deliveredBy('ws', perSecond, seconds)
  const socketIo = await deliveredBy('socket.io', perSecond, seconds)
  const gateway = await deliveredBy('gateway', perSecond, seconds)
  const name = (way: string): string => `${perSecond} messages a second, ${way}`
  return [
    { name: `${name('ws')}: p99`, unit: 'ms', value: ws.p99Ms },
    { name: `${name('socket.io')}: p99`, unit: 'ms', value: socketIo.p99Ms, floor: ws.p99Ms },
    { name: `${name('gateway')}: p50`, unit: 'ms', value: gateway.p50Ms, floor: ws.p50Ms },
    {
      name: `${name('gateway')}: p99`,
      unit: 'ms',
      value: gateway.p99Ms,
      floor: ws.p99Ms,
      limit: { atMost: 50 },
      noise: { value: ws.p99Ms, atMost: 25 }
    },
    { name: 'messages missing', unit: '', value: gateway.missing, limit: { atMost: 0 } }
  ]
}

async function deliveredBy(way: WayName, perSecond: number, seconds: number): Promise<Delivered> {
  await using rig = new Rig()
  const server = await rig.server(way)
  const talk = await rig.talk({
    server: clientsOf(way, server),
    count: people,
    name: 'writes',
    requests: 0,
    perSecond,
    seconds
  })
  // The first time compiles, and makes the conversations.
  await talk.ask<Delivered>('deliver')
  return await talk.ask<Delivered>('deliver')
}
