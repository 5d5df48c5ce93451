import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { run, type Program } from './program.ts'
import type { Serve } from './target.ts'

/** The folder of the example. */
export const portal = resolve('examples/portal')

const secret = 'a secret of these tests, of 32 characters'

/** Starts the old campus. @returns where it is */
export async function startCampus(): Promise<Program & { readonly url: string }> {
  const program = run(join(portal, 'old-campus/main.js'), ['0'])
  const [, url = ''] = await program.until(/is at (\S+);/)
  return { ...program, url }
}

/** The commands of a block of the README, the one that begins like this. */
export function commands(beginning: string): string {
  const blocks = readFileSync(join(portal, 'README.md'), 'utf8').matchAll(/```sh\n(.*?)```/gs)
  return [...blocks].map(([, block = '']) => block).find(block => block.startsWith(beginning)) ?? ''
}

/** What the README says of that. */
export const documented = [
  { success: true, code: 200, result: 'Hello, World!' },
  { success: true, code: 200, result: 3 },
  { success: true, code: 200, result: { length: 3 }, related: { length: 3 } },
  { success: true, code: 200, result: { balance: 86.5 } },
  { down: true },
  { success: true, code: 200, result: { balance: 86.5 } },
  { success: false, code: 503, reason: '上游服务出现故障' }
]

/** Runs the commands to try. @returns what they answer */
export async function answersOf(url: string, campusUrl: string): Promise<unknown[]> {
  const script = commands('curl')
    .replaceAll('http://127.0.0.1:3000', url)
    .replaceAll('http://127.0.0.1:3100', campusUrl)
    .replaceAll(/^(curl .*)$/gm, '$1; echo')
  return (await output(script))
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as unknown)
}

/** What a script of the shell prints. The proxy before a cluster is in this process, which must not wait for it. */
export async function output(script: string): Promise<string> {
  return (await promisify(execFile)('sh', ['-ec', script])).stdout
}

/** The example, with the settings that it needs elsewhere than on one machine. */
export function portalSuite(serve: Serve): void {
  test('the commands of its README answer what it says', { timeout: 60_000 }, async () => {
    await using campus = await startCampus()
    const config = parse(readFileSync(join(portal, 'paifang.config.yaml'), 'utf8')) as {
      plugins: Record<string, object>
    }
    const { state: _state, database: _database, ...plugins } = config.plugins
    const { url } = await serve({
      plugins: {
        ...plugins,
        cache: { shared: true },
        sessions: { provider: 'campus', secret },
        'click-stats': { secret },
        campus: { ...plugins['campus'], url: campus.url }
      },
      files: { 'package.json': '{ "type": "module" }', ...sources() }
    })
    expect(await answersOf(url, campus.url)).toMatchObject(documented)
  })
}

/** The plugins of the example, and its routes. */
function sources(): Record<string, string> {
  const names = readdirSync(portal, { recursive: true, encoding: 'utf8' })
  const wanted = names.filter(name => /^(routes\/.*|banner|campus)\.js$/.test(name))
  return Object.fromEntries(wanted.map(name => [name, readFileSync(join(portal, name), 'utf8')]))
}
