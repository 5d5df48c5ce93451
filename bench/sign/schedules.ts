import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Figure } from '../figures.ts'

const test = 'test/plugins/sign-bridge/schedules.test.ts'
const atOnce = 50_000

/** Runs the property test of the bridge over so many seeds, in pieces, so that its progress can be seen. */
export async function schedules(count: number): Promise<Figure[]> {
  const began = performance.now()
  let failed = 0
  for (let first = 1; first <= count; first += atOnce) {
    const last = Math.min(count, first + atOnce - 1)
    if (!(await run(first, last - first + 1))) failed++
    const share = last / count
    const leftS = ((performance.now() - began) / share) * (1 - share)
    process.stderr.write(`\rschedule ${last} of ${count}, ${Math.round(leftS / 1_000)} s left   `)
  }
  process.stderr.write('\n')
  return [{ name: `failures in ${count} schedules`, unit: '', value: failed, limit: { atMost: 0 } }]
}

async function run(first: number, count: number): Promise<boolean> {
  const env = {
    ...process.env,
    PAIFANG_FIRST_SCHEDULE: String(first),
    PAIFANG_SCHEDULES: String(count)
  }
  const vitest = spawn(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', 'run', '--project', 'fast', '--reporter', 'default', test],
    { env, stdio: ['ignore', 'pipe', 'pipe'] }
  )
  let output = ''
  for (const stream of [vitest.stdout, vitest.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const [code] = (await once(vitest, 'close')) as [number | null]
  if (code !== 0) process.stderr.write(`\n${output}\n`)
  return code === 0
}
