import { setTimeout as sleep } from 'node:timers/promises'
import { httpClient, seal, type HttpClient, type RawAnswer } from './clients.ts'
import { median, type Figure } from '../figures.ts'
import type { Holdings } from './gateway.ts'
import { atConstantRate } from './load.ts'
import { startRig, type Rig } from './rig.ts'
import { textOf } from './text.ts'

const perSecond = 150
const samples = 60
const settings = { timeoutMs: 300, deadlineMs: 2_000, reconnectMinMs: 10, reconnectMaxMs: 100 }

/**
 * A mixed load for minutes, with every twentieth request to a device struck by a fault. The heap is sampled after a
 * collection; its drift is that from the first to the last quarter after the warm-up, the first fifth of the time.
 */
export async function soak(minutes: number): Promise<Figure[]> {
  await using rig = await startRig({ devices: 4, delayMs: 5, faultRate: 0.05, settings })
  const before = await handles(rig)
  await rig.simulator.ask('strike')
  const heap: number[] = []
  const statuses = new Map<number, number>()
  const seconds = (minutes * 60) / samples
  for (let sample = 1; sample <= samples; sample++) {
    const http = httpClient(rig.url)
    await atConstantRate(mixed(rig, http), perSecond, seconds, answer => {
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
      // A list of devices carries no signature.
      if (answer.body.startsWith('{"code":200')) rig.check(rig.clients.gateway, answer)
    })
    http.close()
    await rig.spans()
    const { heapBytes, rssBytes } = await rig.gateway.ask<Holdings>('holdings')
    heap.push(heapBytes)
    const megabytes = (bytes: number): string => `${(bytes / 1_048_576).toFixed(1)} MB`
    const minute = ((sample * seconds) / 60).toFixed(1)
    process.stderr.write(
      `\r${minute} of ${minutes} min: heap ${megabytes(heapBytes)}, RSS ${megabytes(rssBytes)}, ` +
        `${statuses.get(200) ?? 0} answers with 200   `
    )
  }
  process.stderr.write(`\nanswers by status: ${JSON.stringify(Object.fromEntries(statuses))}\n`)

  const settled = heap.slice(samples / 5)
  const quarter = settled.length / 4
  const drift = median(settled.slice(-quarter)) / median(settled.slice(0, quarter)) - 1
  const { crossed, sentTwice } = rig.mistakes()
  const name = `soak of ${minutes} min`
  return [
    { name: `${name}: heap drift`, unit: '%', value: 100 * drift, limit: { atMost: 5 } },
    {
      name: `${name}: handles more than before`,
      unit: '',
      value: (await handles(rig, before)) - before,
      limit: { atMost: 0 }
    },
    { name: `${name}: answers crossed`, unit: '', value: crossed, limit: { atMost: 0 } },
    { name: `${name}: texts sent twice`, unit: '', value: sentTwice, limit: { atMost: 0 } },
    { name: `${name}: signatures`, unit: '', value: statuses.get(200) ?? 0, limit: { atLeast: 1 } }
  ]
}

/** Six of ten requests sign; the others are what strangers send, and callers who go away. */
function mixed(rig: Rig, http: HttpClient): (number: number) => Promise<RawAnswer> {
  return number => {
    if (number % 10 === 0) return http.send('POST', '/getCode', seal(textOf(number), 'another key here'))
    if (number % 10 === 1) return http.send('POST', '/getCode', 'neither hex nor anything else')
    if (number % 10 === 2) return http.send('GET', '/v1/sign/devices')
    if (number % 10 !== 3) return rig.clients.gateway.send(number)
    return http.send('POST', '/getCode', seal(textOf(number)), AbortSignal.timeout(3))
  }
}

/** What keeps the gateway alive once its callers are gone; waits until that is no more than `expected`. */
async function handles(rig: Rig, expected = 0): Promise<number> {
  rig.clients.gateway.close()
  let count = Infinity
  for (let attempt = 0; attempt < 20 && count > expected; attempt++) {
    await sleep(500)
    const { handles: kinds } = await rig.gateway.ask<Holdings>('holdings')
    count = Object.entries(kinds).reduce((sum, [kind, some]) => (kind === 'Timeout' ? sum : sum + some), 0)
  }
  return count
}
