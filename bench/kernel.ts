import autocannon from 'autocannon'
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { parseArgs } from 'node:util'

// CPU time of the server per request, which a busy machine disturbs less than requests per second. Every variant is
// a process of its own; rounds are interleaved and every other one runs backwards. `control` is `bare` once more:
// how far it is from 1 is the noise.
const { values } = parseArgs({ options: { rounds: { type: 'string' }, seconds: { type: 'string' } } })
const rounds = Number(values.rounds ?? 15)
const seconds = Number(values.seconds ?? 1)
const variants = {
  bare: 'bare',
  control: 'bare',
  'kernel, 0 plugins': '0',
  'kernel, 7 plugins': '7',
  'kernel, 50 plugins': '50'
}
const limit = 1.03

interface Server {
  readonly name: string
  readonly url: string
  readonly child: ChildProcess
  readonly samples: number[]
}

const servers: Server[] = []
for (const [name, variant] of Object.entries(variants)) {
  const child = fork(new URL('./kernel-server.ts', import.meta.url), [variant], {
    execArgv: ['--import', 'tsx']
  })
  const [url] = (await once(child, 'message')) as [string]
  servers.push({ name, url, child, samples: [] })
}
try {
  for (const server of servers) await measure(server)
  for (const server of servers) server.samples.length = 0
  for (let round = 0; round < rounds; round++) {
    for (const server of round % 2 === 0 ? servers : servers.toReversed())
      server.samples.push(await measure(server))
    process.stderr.write(`\rround ${round + 1} of ${rounds}`)
  }
} finally {
  for (const { child } of servers) child.send('stop')
}

const base = median(servers[0]?.samples ?? [])
process.stdout.write(`\n${'variant'.padEnd(20)}  CPU µs/request  ratio\n`)
for (const { name, samples } of servers) {
  const value = median(samples)
  process.stdout.write(`${name.padEnd(20)}  ${value.toFixed(2).padStart(14)}  ${(value / base).toFixed(3)}\n`)
}
const ratio = (name: string): number =>
  median(servers.find(server => server.name === name)?.samples ?? []) / base
const noise = Math.abs(ratio('control') - 1)
const verdict = ratio('kernel, 7 plugins') <= limit ? 'within' : 'over'
process.stdout.write(
  noise > 0.03
    ? `too noisy to judge: the control differs by ${(noise * 100).toFixed(1)} %\n`
    : `seven idle plugins are ${verdict} the budget of ${limit} (noise ${(noise * 100).toFixed(1)} %)\n`
)
process.exitCode = noise <= 0.03 && verdict === 'over' ? 1 : 0

async function measure({ url, child }: Server): Promise<number> {
  const before = await cpu(child)
  const { requests } = await autocannon({ url, connections: 64, pipelining: 10, duration: seconds })
  const after = await cpu(child)
  return (after - before) / requests.total
}

async function cpu(child: ChildProcess): Promise<number> {
  const answer = once(child, 'message') as Promise<[NodeJS.CpuUsage]>
  child.send('cpu')
  const [{ user, system }] = await answer
  return user + system
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return (
    ((sorted[Math.floor((sorted.length - 1) / 2)] ?? NaN) +
      (sorted[Math.ceil((sorted.length - 1) / 2)] ?? NaN)) /
    2
  )
}
