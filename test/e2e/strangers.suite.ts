import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Serve } from './target.ts'

/** A check that comes out otherwise than the documentation of its client has it, and why it is so. */
interface Difference {
  /** How the sentence of the check begins. */
  readonly check: string
  readonly reason: string
  /** Only where several nodes are one chat, and then by chance: it depends on where a socket goes. */
  readonly onSeveralNodes?: boolean
}

type Differences = Readonly<Record<string, readonly Difference[]>>

const known = JSON.parse(readFileSync('test/strangers/known-differences.json', 'utf8')) as Differences

/** Programs that follow nothing but the documentation of each client (test/strangers). */
export function strangersSuite(serve: Serve, { nodes } = { nodes: 1 }): void {
  test.each(['2.0.3', '2.3.0', '3.5.2'])(
    'a program that follows the documentation of open-im-sdk %s finds all as it says, but for what is known',
    // They and their clients have clocks of their own, of which a machine that is busy elsewhere makes nonsense.
    { timeout: 180_000 },
    async version => {
      const settings = { path: '/', adminSecret: 'paifang-demo', tokenSecret: 'of these tests', demo: false }
      const { url } = await serve({ plugins: { 'im-ws-gateway': settings } })
      const { checks, failures } = await outcome(version, url)
      const differences = (known[version] ?? []).filter(({ onSeveralNodes }) => !onSeveralNodes || nodes > 1)
      const begins = (failure: string) => differences.find(({ check }) => failure.startsWith(`FAIL ${check}`))
      expect(failures.filter(failure => !begins(failure))).toEqual([])
      // What has been mended is a known difference no more.
      const always = differences.filter(({ onSeveralNodes }) => !onSeveralNodes)
      expect(always.filter(one => !failures.some(failure => begins(failure) === one))).toEqual([])
      expect(checks).toBeGreaterThan(500)
    }
  )
}

async function outcome(version: string, url: string): Promise<{ checks: number; failures: string[] }> {
  const file = `test/strangers/open-im-sdk-${version}.mjs`
  const program = spawn(process.execPath, [file, url], { stdio: 'pipe' })
  let output = ''
  for (const stream of [program.stdout, program.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  await once(program, 'close')
  const [, checks] = /^(\d+) checks, \d+ failed$/m.exec(output) ?? []
  return {
    checks: Number(checks),
    failures: output.split('\n').filter(line => line.startsWith('FAIL '))
  }
}
