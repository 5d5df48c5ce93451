import { percentile } from './figures.ts'
import { atConstantRate, type Answer } from './sign/load.ts'
import { startRig } from './sign/rig.ts'
const settings = JSON.parse(process.argv[2] ?? '{}')
await using rig = await startRig({ devices: Number(process.argv[3] ?? 4), delayMs: Number(process.argv[4] ?? 20), settings })
const run = async (way: 'floor'|'relay'|'gateway', seconds: number) => {
  const client = rig.clients[way]
  const answers: Answer[] = []
  const before = await rig.gateway.ask<number>('cpuMicros')
  await atConstantRate(client.send, Number(process.argv[5] ?? 100), seconds, a => answers.push(a))
  const cpu = (await rig.gateway.ask<number>('cpuMicros')) - before
  const cardMs = new Map<number, number>()
  for (const { number, arrivedMs, repliedMs } of await rig.spans()) cardMs.set(number, repliedMs - arrivedMs)
  const o = answers.map(({ number, latencyMs }) => latencyMs - (cardMs.get(number) ?? NaN))
  return { p50: percentile(o, 0.5), p25: percentile(o,0.25), cpu: way === 'gateway' ? cpu / answers.length : 0 }
}
for (let i = 0; i < 2; i++) for (const way of ['floor','relay','gateway'] as const) console.log(way, JSON.stringify(await run(way, 3)))
