import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { historyFile, isSecret, ReplHistory } from '../../../src/cli/repl/history.ts'

const folder = mkdtempSync(join(tmpdir(), 'paifang-history-'))
afterAll(() => rmSync(folder, { recursive: true }))

let file: string
let number = 0
beforeEach(() => {
  file = join(folder, String(number++), 'paifang', 'repl-history')
})
const refuse = (reason: string): never => {
  throw new Error(reason)
}

describe('the history', () => {
  test('keeps lines for later sessions, in a file that nobody else can read', async () => {
    const history = await ReplHistory.open(file, refuse)
    for (const line of ['get /a', '', 'get /b']) history.add(line)
    expect((await ReplHistory.open(file, refuse)).lines()).toEqual(['get /a', 'get /b'])
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  test('closes a file that others could read', async () => {
    await ReplHistory.open(file, refuse)
    writeFileSync(file, 'get /a\n', { mode: 0o644 })
    await ReplHistory.open(file, refuse)
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  test('keeps no line that may hold a password or a token, and drops those that are there', async () => {
    const history = await ReplHistory.open(file, refuse)
    history.add('auth 213170001 hunter2')
    history.add('post /auth cardnum=1 password=hunter2')
    expect(readFileSync(file, 'utf8')).toBe('')
    writeFileSync(file, 'post /x { pwd: "hunter2" }\nget /a\n')
    await ReplHistory.open(file, refuse)
    expect(readFileSync(file, 'utf8')).toBe('get /a\n')
  })

  test('keeps the last thousand lines', async () => {
    const history = await ReplHistory.open(file, refuse)
    for (let index = 0; index < 1_005; index++) history.add(`get /${index}`)
    const lines = (await ReplHistory.open(file, refuse)).lines()
    expect([lines.length, lines[0], lines.at(-1)]).toEqual([1_000, 'get /5', 'get /1004'])
  })

  test('says why it cannot be kept, and goes on without', async () => {
    const reasons: string[] = []
    const history = await ReplHistory.open('/proc/paifang/repl-history', reason => void reasons.push(reason))
    history.add('get /a')
    expect([reasons.length, history.lines()]).toEqual([1, []])
    expect(reasons[0]).toMatch(/^\/proc\/paifang\/repl-history: E[A-Z]+$/)
  })

  test('is where the user keeps such files', () => {
    expect(historyFile({ XDG_STATE_HOME: '/state' }, '/home/ann')).toBe('/state/paifang/repl-history')
    expect(historyFile({}, '/home/ann')).toBe('/home/ann/.local/state/paifang/repl-history')
  })
})

test.each([
  'auth 213170001 hunter2',
  `AUTH ${'ab'.repeat(32)}`,
  'post /login user=a Password="a b"',
  'post /login { user: 1, "gpassword": 1 }',
  'post /x accessToken:=1',
  'get /x?token=1',
  `get /x/${'0f'.repeat(32)}`,
  'post /x a=eyJhbGciOi.eyJzdWIiOiI.c2lnbmF0dXJl',
  'server https://ann:hunter2@portal.example.edu'
])('%s may hold a secret', line => {
  expect(isSecret(line)).toBe(true)
})

test.each([
  'auth',
  'get /card',
  'post /sum a=1 b=2',
  'get /passwords',
  'server https://portal.example.edu/a@b'
])('%s holds none', line => {
  expect(isSecret(line)).toBe(false)
})
