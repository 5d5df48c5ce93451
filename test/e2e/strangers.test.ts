import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { run, type Program } from './program.ts'

/** What is otherwise than the documentation of a client says, and why. */
type Differences = Readonly<Record<string, readonly { readonly check: string; readonly reason: string }[]>>

const folder = mkdtempSync(join(tmpdir(), 'paifang-strangers-'))
const known = JSON.parse(readFileSync('test/strangers/known-differences.json', 'utf8')) as Differences

let gateway: Program
let url = ''
beforeAll(async () => {
  copyFileSync('paifang.config.yaml', join(folder, 'paifang.config.yaml'))
  const env = { PORT: '0', PAIFANG_IM_WS_GATEWAY_PATH: '/', LOG_LEVEL: 'warn' }
  gateway = run('server.js', [], { env, cwd: folder })
  url = (await gateway.until(/Listening on (\S+)/))[1] ?? ''
}, 60_000)
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

test.each(['2.0.3', '2.3.0', '3.5.2'])(
  'a program that follows the documentation of open-im-sdk %s finds all as it says, but for what is known',
  { timeout: 180_000 },
  async version => {
    const program = spawn(process.execPath, [`test/strangers/open-im-sdk-${version}.mjs`, url], { stdio: 'pipe' })
    let output = ''
    for (const stream of [program.stdout, program.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (output += text))
    await once(program, 'close')
    const [, checks] = /^(\d+) checks, \d+ failed$/m.exec(output) ?? []
    const failures = output.split('\n').filter(line => line.startsWith('FAIL '))
    const differences = known[version] ?? []
    const isKnown = (failure: string): boolean => differences.some(({ check }) => failure.startsWith(`FAIL ${check}`))
    expect(failures.filter(failure => !isKnown(failure))).toEqual([])
    // What has been mended is to be known no more.
    expect(differences.filter(({ check }) => !failures.some(one => one.startsWith(`FAIL ${check}`)))).toEqual([])
    expect(Number(checks)).toBeGreaterThan(500)
  }
)
