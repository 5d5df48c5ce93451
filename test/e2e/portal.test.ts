import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { run } from './program.ts'

/** Several programs, on a machine that may have other things to do. */
const timeout = 60_000
const portal = resolve('examples/portal')
const folder = mkdtempSync(join(tmpdir(), 'paifang-portal-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('a day of the portal is as it should be, line by line', { timeout }, async () => {
  await using day = run(join(portal, 'day.mjs'))
  const code = await day.ended
  expect(day.output()).not.toContain('FAIL')
  expect(day.output().match(/^ {2}ok /gm)?.length).toBeGreaterThan(60)
  expect(day.output()).toMatch(/A day like any other\.\n$/)
  expect(code).toBe(0)
})

/** The commands of a block of the README, the one that begins like this. */
function commands(beginning: string): string {
  const blocks = readFileSync(join(portal, 'README.md'), 'utf8').matchAll(/```sh\n(.*?)```/gs)
  return [...blocks].map(([, block = '']) => block).find(block => block.startsWith(beginning)) ?? ''
}

test(
  'it starts by the commands of its README, and those to try answer what it says',
  { timeout },
  async () => {
    expect(commands('node')).toBe('node old-campus/main.js &\nnpx paifang start\n')
    await using campus = run(join(portal, 'old-campus/main.js'), ['0'])
    const [, campusUrl = ''] = await campus.until(/is at (\S+);/)
    const env = {
      PORT: '0',
      PAIFANG_CAMPUS_URL: campusUrl,
      PAIFANG_DATABASE_FILE: join(folder, 'portal.db'),
      PAIFANG_SESSIONS_SECRET: 'a secret of these tests, of 32 characters',
      PAIFANG_CLICK_STATS_SECRET: 'a secret of these tests, of 32 characters'
    }
    await using gateway = run('cli.js', ['start'], { cwd: portal, env })
    const [, url = ''] = await gateway.until(/Listening on (\S+)/)

    const script = commands('curl')
      .replaceAll('http://127.0.0.1:3000', url)
      .replaceAll('http://127.0.0.1:3100', campusUrl)
      .replaceAll(/^(curl .*)$/gm, '$1; echo')
    const answers = (await output(script))
      .split('\n')
      .filter(line => line !== '')
      .map(line => JSON.parse(line) as unknown)
    expect(answers).toMatchObject([
      { success: true, code: 200, result: 'Hello, World!' },
      { success: true, code: 200, result: 3 },
      { success: true, code: 200, result: { length: 3 }, related: { length: 3 } },
      { success: true, code: 200, result: { balance: 86.5 } },
      { down: true },
      { success: true, code: 200, result: { balance: 86.5 } },
      { success: false, code: 503, reason: '上游服务出现故障' }
    ])

    const tries = [...gateway.output().matchAll(/^ {2}(curl .*)$/gm)].map(([, line = '']) => line)
    expect(tries).toHaveLength(3)
    for (const line of tries)
      expect(JSON.parse(await output(line))).toMatchObject({ success: true, code: 200 })
  }
)

async function output(script: string): Promise<string> {
  return (await promisify(execFile)('sh', ['-ec', script])).stdout
}
