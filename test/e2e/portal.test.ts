import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { answersOf, commands, output, portal, startCampus, documented } from './portal.suite.ts'
import { run } from './program.ts'

/** Several programs, on a machine that may have other things to do. */
const timeout = 60_000
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

test(
  'it starts by the commands of its README, and those to try answer what it says',
  { timeout },
  async () => {
    expect(commands('node')).toBe('node old-campus/main.js &\nnpx paifang start\n')
    await using campus = await startCampus()
    const env = {
      PORT: '0',
      PAIFANG_CAMPUS_URL: campus.url,
      PAIFANG_DATABASE_FILE: join(folder, 'portal.db'),
      PAIFANG_SESSIONS_SECRET: 'a secret of these tests, of 32 characters',
      PAIFANG_CLICK_STATS_SECRET: 'a secret of these tests, of 32 characters'
    }
    await using gateway = run('cli.js', ['start'], { cwd: portal, env })
    const [, url = ''] = await gateway.until(/Listening on (\S+)/)

    expect(await answersOf(url, campus.url)).toMatchObject(documented)

    const tries = [...gateway.output().matchAll(/^ {2}(curl .*)$/gm)].map(([, line = '']) => line)
    expect(tries).toHaveLength(3)
    for (const line of tries)
      expect(JSON.parse(await output(line))).toMatchObject({ success: true, code: 200 })
  }
)
