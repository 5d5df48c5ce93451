import { setTimeout as sleep } from 'node:timers/promises'
import { median, type Figure } from '../figures.ts'
import { makeAccounts } from './accounts.ts'
import { inLanes } from './lanes.ts'
import { join, requestFrame } from './protocols.ts'
import { Rig } from './rig.ts'
import type { Holdings } from './server.ts'

const samples = 60
const people = 1_000
const atOnce = 50

/**
 * People who come, log in, log out and go. What the gateway holds is sampled after a collection; its drift is that from
 * the first to the last quarter after the warm-up, the first fifth of the samples.
 */
export async function churn(cycles: number): Promise<Figure[]> {
  await using rig = new Rig()
  const server = await rig.server('gateway')
  const userIDs = Array.from({ length: people }, (_, index) => `comes${index}`)
  const accounts = await makeAccounts(server.ready, userIDs)
  let before = await server.ask<Holdings>('holdings')
  // Connections of the requests that have made the users are kept for a few seconds.
  while (sockets(before) > 0) before = await server.ask<Holdings>('holdings')
  const heap: number[] = []
  let last = before
  let next = 0
  for (let sample = 1; sample <= samples; sample++) {
    const each = Array.from({ length: Math.ceil(cycles / samples) }, () => accounts[next++ % people])
    await inLanes(each, atOnce, async account => {
      if (!account) return
      const line = await join('open-im', server.ready, account, { hear: () => {} })
      line.send(requestFrame('Logout', account.userID, []))
      await line.close()
    })
    last = await server.ask<Holdings>('holdings')
    heap.push(last.heapBytes)
    process.stderr.write(`\r${next} of ${cycles} cycles: heap ${(last.heapBytes / 1e6).toFixed(1)} MB   `)
  }
  process.stderr.write('\n')
  for (let attempt = 0; attempt < 20 && (last.users > 0 || sockets(last) > sockets(before)); attempt++) {
    await sleep(250)
    last = await server.ask<Holdings>('holdings')
  }
  const settled = heap.slice(samples / 5)
  const quarter = settled.length / 4
  const drift = median(settled.slice(-quarter)) / median(settled.slice(0, quarter)) - 1
  const name = `${cycles} cycles`
  return [
    { name: `${name}: heap drift`, unit: '%', value: 100 * drift, limit: { atMost: 5 } },
    { name: `${name}: sockets left`, unit: '', value: sockets(last) - sockets(before), limit: { atMost: 0 } },
    { name: `${name}: cores left`, unit: '', value: last.users, limit: { atMost: 0 } }
  ]
}

function sockets({ handles }: Holdings): number {
  return handles['TCPSocketWrap'] ?? 0
}
