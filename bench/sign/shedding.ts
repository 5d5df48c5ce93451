import { httpClient } from './clients.ts'
import { percentile, type Figure } from '../figures.ts'
import { atConstantRate, type Answer } from './load.ts'
import { startRig } from './rig.ts'

const overload = 10
const deadlineMs = 1_000

/**
 * Ten times what two cards of 20 ms can do, at a constant rate. The floor is the cheapest answer there is (`GET
 * /healthz`), asked for at the same rate.
 */
export async function shedding(seconds: number): Promise<Figure[]> {
  await using rig = await startRig({ devices: 2, delayMs: 20, settings: { deadlineMs } })
  const http = httpClient(rig.url)
  const perSecond = (overload * rig.devices * 1_000) / rig.delayMs
  const health = async (): Promise<number> => {
    const latencies: number[] = []
    const send = () => http.send('GET', '/healthz')
    await atConstantRate(send, perSecond, seconds / 2, ({ latencyMs }) => latencies.push(latencyMs))
    return percentile(latencies, 0.99)
  }
  const floor = await health()
  const answers: Answer[] = []
  await atConstantRate(rig.clients.gateway.send, perSecond, seconds, answer => answers.push(answer))
  const control = await health()
  http.close()
  for (const answer of answers) rig.check(rig.clients.gateway, answer)

  const refused = answers.filter(({ status }) => status === 503 || status === 429)
  const admitted = answers.filter(answer => !refused.includes(answer))
  const inTime = admitted.filter(
    ({ status, latencyMs }) => status === 200 && latencyMs <= deadlineMs + 2 * rig.delayMs
  )
  const noise = { value: Math.max(floor, control), atMost: 2.5 }
  return [
    {
      name: 'refusals at ten times overload, p99',
      unit: 'ms',
      value: percentile(
        refused.map(({ latencyMs }) => latencyMs),
        0.99
      ),
      floor: (floor + control) / 2,
      limit: { atMost: 5 },
      noise
    },
    {
      name: 'refused of all',
      unit: '%',
      value: (100 * refused.length) / answers.length,
      limit: { atLeast: 50 }
    },
    {
      name: 'admitted and signed within the deadline',
      unit: '%',
      value: (100 * inTime.length) / admitted.length,
      limit: { atLeast: 100 },
      noise
    }
  ]
}
