import autocannon from 'autocannon'
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { commandLine } from './command-line.ts'
import { median, type Figure } from './figures.ts'
import { report } from './report.ts'

// CPU time of the server per request, which a busy machine disturbs less than requests per second. Every variant is
// a process of its own; rounds are interleaved and every other one runs backwards. Processes are replaced a few times,
// because each is compiled a little differently. `control` is `bare` once more: how far it is from 1 is the noise.
const { numbers, json } = commandLine({
  command: 'npm run bench:kernel',
  about: 'What the kernel adds to a request, beside bare Fastify.',
  parts: [],
  numbers: {
    generations: { about: 'Sets of processes', default: 4 },
    rounds: { about: 'Rounds with each set', default: 5 },
    seconds: { about: 'Seconds of load in a round', default: 1 }
  }
})
const { generations, rounds, seconds } = numbers
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
  readonly variant: string
  readonly samples: number[]
}

interface Running {
  readonly server: Server
  readonly url: string
  readonly child: ChildProcess
}

const servers: Server[] = Object.entries(variants).map(([name, variant]) => ({ name, variant, samples: [] }))
for (let generation = 0; generation < generations; generation++) {
  const running: Running[] = []
  for (const server of servers) running.push(await start(server))
  for (const each of running) await measure(each)
  for (let round = 0; round < rounds; round++) {
    for (const each of round % 2 === 0 ? running : running.toReversed())
      each.server.samples.push(await measure(each))
    process.stderr.write(`\rround ${generation * rounds + round + 1} of ${generations * rounds}`)
  }
  for (const { child } of running) child.send('stop')
}

const base = median(servers[0]?.samples ?? [])
const ratio = (name: string): number =>
  median(servers.find(server => server.name === name)?.samples ?? []) / base
const noise = { value: Math.abs(ratio('control') - 1), atMost: 0.03 }
const figures: Figure[] = servers.map(({ name }) => ({
  name: `CPU time of a request, ${name}`,
  unit: '× bare Fastify',
  value: ratio(name),
  noise,
  // With 50 contexts of their own bare Fastify costs as much: told, not judged.
  ...(name === 'kernel, 7 plugins' && { limit: { atMost: limit } })
}))
process.stderr.write('\n')
process.exitCode = await report(new Map([['kernel', async () => figures]]), json)

async function start(server: Server): Promise<Running> {
  const kernelServer = new URL('./kernel-server.ts', import.meta.url)
  const child = fork(kernelServer, [server.variant], { execArgv: ['--import', 'tsx'] })
  const died = once(child, 'exit').then(() =>
    Promise.reject(new Error(`the server of '${server.name}' ended`))
  )
  const [url] = (await Promise.race([once(child, 'message'), died])) as [string]
  return { server, url, child }
}

async function measure({ url, child }: Running): Promise<number> {
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
