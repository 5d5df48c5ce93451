import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'paifang-soak-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

interface Written {
  readonly figures: readonly { readonly name: string; readonly value: number }[]
  readonly groups: readonly { readonly load: string; readonly reason?: string }[]
  readonly strikes: readonly { readonly name: string; readonly endedMs: number | null }[]
  readonly records: readonly { readonly heapBytes: number; readonly lagP99Ms: number }[]
}

// What is slow on a busy machine is not judged here, what is wrong is.
test('a soak of seconds uses every plugin, strikes every fault, and finds all that was acknowledged', async () => {
  const args = ['--import', 'tsx', 'bench/soak.ts', '--minutes', '0.3', '--out', folder]
  const { code, stdout, stderr } = await new Promise<{ code: number; stdout: string; stderr: string }>(
    done => {
      execFile(process.execPath, args, { timeout: 170_000 }, (error, out, err) =>
        done({ code: Number(error?.code ?? 0), stdout: out, stderr: err })
      )
    }
  )
  // 1: something was slow, or failed without a reason. Anything else is no verdict.
  expect([0, 1]).toContain(code)
  const { figures, strikes, records, groups } = JSON.parse(
    readFileSync(join(folder, 'soak.json'), 'utf8')
  ) as Written
  const value = (name: string): number | undefined => figures.find(figure => figure.name === name)?.value
  const used = [
    'signatures acknowledged',
    'messages acknowledged',
    'logins by scan',
    'events read',
    'clicks acknowledged'
  ]
  expect(used.filter(name => !(Number(value(name)) > 0))).toEqual([])
  const wrong = [
    'signatures acknowledged without a row in the audit trail',
    'messages acknowledged that are not kept',
    'events missed or repeated without a word',
    'clicks acknowledged that are not counted',
    'audit trail broken',
    'wrong answers',
    'lines of the log with a secret',
    'exit code'
  ]
  expect(wrong.filter(name => value(name) !== 0)).toEqual([])
  expect(new Set(strikes.map(({ name }) => name)).size).toBeGreaterThanOrEqual(13)
  expect(strikes.every(({ endedMs }) => endedMs !== null)).toBe(true)
  expect(records.length).toBeGreaterThan(1)
  expect(records.every(({ heapBytes }) => heapBytes > 1e6)).toBe(true)
  expect(groups.some(({ reason }) => reason !== undefined)).toBe(true)
  expect(stdout).toContain('failures without a reason')
  expect(stderr).toMatch(/heap [\d.]+ MB {2}RSS \d+ MB/)
  expect(readFileSync(join(folder, 'soak.svg'), 'utf8')).toMatch(/^<svg [^]*<\/svg>\n$/)
}, 180_000)
