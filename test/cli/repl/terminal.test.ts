import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { ReplHistory } from '../../../src/cli/repl/history.ts'
import { ReplSession } from '../../../src/cli/repl/session.ts'
import { localTarget } from '../../../src/cli/repl/target.ts'
import { runLines } from '../../../src/cli/repl/terminal.ts'
import { createGateway, definePlugin, systemClock } from '../../../src/core/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'paifang-terminal-'))
afterAll(() => rmSync(folder, { recursive: true }))

const token = 'cd'.repeat(32)
const plugin = definePlugin({
  name: 'portal',
  description: 'Routes of these tests.',
  setup(app) {
    app.post('/auth', () => ({ success: true, code: 200, result: token }))
    app.get('/who', ({ headers }) => ({ isUser: headers['token'] === token }))
    app.get('/never', () => new Promise(() => undefined))
  }
})

/** Somebody who types lines, at a terminal or not. */
async function typed(terminal: boolean, history?: ReplHistory) {
  const app = await createGateway({
    config: { server: { logLevel: 'silent' }, plugins: { portal: { use: plugin } } },
    env: {}
  })
  onTestFinished(() => app.close())
  const [input, output] = [new PassThrough(), new PassThrough({ encoding: 'utf8' })]
  let text = ''
  const watchers = new Set<() => void>()
  const print = (chunk: string): void => {
    text += stripVTControlCharacters(chunk)
    for (const watch of watchers) watch()
  }
  output.on('data', print)
  const session = await ReplSession.open(
    {
      local: async () => localTarget(app),
      print: line => void output.write(`${line}\n`),
      colours: false,
      clock: systemClock,
      timeoutMs: 10_000
    },
    'local'
  )
  const failures = runLines({ session, input, output, terminal, history })
  const until = (pattern: RegExp): Promise<void> =>
    new Promise(resolve => {
      const watch = (): void => void (pattern.test(text) && resolve())
      watchers.add(watch)
      watch()
    })
  return { input, output, failures, until, text: () => text }
}

test('lines that are piped in run one after the other, without prompts, and failures are counted', async () => {
  const { input, failures, text } = await typed(false)
  input.end('auth 213170001 hunter2\nget /who\nget /nowhere\n\n# the end\nnonsense\n/healthz')
  expect(await failures).toBe(2)
  expect(text()).toContain('You are 213170001.\n200 OK')
  expect(text()).toContain('"isUser": true')
  expect(text()).toContain('"status": "ok"')
  expect(text()).not.toMatch(/> |hunter2|cdcd/)
})

test('nothing more is asked once nobody reads the answers', async () => {
  const { input, output, failures, until, text } = await typed(false)
  input.write('get /nowhere\n')
  await until(/404 Not Found/)
  const closed = new Promise(resolve => output.once('close', resolve))
  output.destroy(new Error('EPIPE'))
  await closed
  input.end('get /nowhere\n'.repeat(100))
  expect(await failures).toBe(1)
  expect(text().match(/404 Not Found/g)).toHaveLength(1)
})

test('at a terminal there are prompts, completion, and a history without secrets', async () => {
  const file = join(folder, 'repl-history')
  const history = await ReplHistory.open(file, reason => expect.fail(reason))
  history.add('get /earlier')
  const { input, failures, until, text } = await typed(true, history)
  await until(/^paifang> $/m)
  input.write('get /wh')
  await until(/get \/wh$/)
  input.write('\t')
  await until(/get \/who$/)
  input.write('\n')
  await until(/"isUser": false[^]*paifang> $/)
  input.write('auth 213170001 hunter2\n')
  await until(/You are 213170001\.\s+paifang 213170001> $/)
  // Up, and Enter: the last line that is kept, which is not the one with the password.
  input.write('\u001b[A\n')
  await until(/"isUser": true[^]*paifang 213170001> $/)
  input.write('\u001b[A\u001b[A\n')
  await until(/get \/earlier[^]*404 Not Found[^]*paifang 213170001> $/)
  // Ctrl-D.
  input.write('\u0004')
  expect(await failures).toBe(1)
  expect(readFileSync(file, 'utf8')).toBe('get /earlier\nget /who\nget /who\nget /earlier\n')
  expect(text()).not.toContain('cdcd')
})

test('Ctrl-C gives up on a request, and otherwise says how to end', async () => {
  const { input, failures, until } = await typed(true)
  await until(/paifang> $/)
  input.write('\u0003')
  await until(/Ctrl-D ends\.\s+paifang> $/)
  input.write('get /never\n')
  await until(/get \/never\s*$/)
  input.write('\u0003')
  await until(/given up\s+paifang> $/)
  input.write('\u0004')
  expect(await failures).toBe(1)
})
