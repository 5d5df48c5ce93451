import { createServer } from 'node:http'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from './program.ts'

const folder = mkdtempSync(join(tmpdir(), 'paifang-worker-'))
const asks = `
import { definePlugin, HttpClient } from '${join(import.meta.dirname, '../../dist/index.js')}'
export default definePlugin({
  name: 'asks',
  description: 'Asks an upstream, by a worker or not at all.',
  needs: { http: HttpClient },
  setup(app, { http }) {
    app.get('/ask', async ({ query }) => (await http.open({ workers: 'only' }).get(query.url)).data)
  }
})`
const upstream = createServer((_, response) => void response.end('asked'))

beforeAll(async () => {
  writeFileSync(join(folder, 'asks.mjs'), asks)
  writeFileSync(
    join(folder, 'paifang.config.yaml'),
    `plugins:
  api-error: true
  fetch-workers: { secret: a secret of these tests }
  http-client: { internalHosts: [127.0.0.1] }
  asks: { use: ./asks.mjs }`
  )
  await new Promise<void>(resolve => upstream.listen(0, '127.0.0.1', resolve))
})
afterAll(() => {
  upstream.close()
  rmSync(folder, { recursive: true })
})

test('a worker is started with a key that the gateway gives out, makes requests, and ends when it is told to', async () => {
  await using gateway = run('server.js', [], { cwd: folder, env: { PORT: '0' } })
  const [, url = ''] = await gateway.until(/Listening on (\S+)/)
  await using keys = run('cli.js', ['worker', 'key', 'campus-1'], { cwd: folder })
  expect(await keys.ended).toBe(0)
  const key = keys.output().trim()
  expect(key).toMatch(/^[A-Za-z0-9_-]{43}$/)

  const asked = `${url}/ask?url=http://127.0.0.1:${(upstream.address() as AddressInfo).port}/`
  expect((await fetch(asked)).status).toBe(503)

  const file = join(folder, 'key')
  writeFileSync(file, `${key}\n`)
  const args = ['--gateway', `${url.replace('http', 'ws')}/_spider`, '--name', 'campus-1']
  const hosts = ['--hosts', '127.0.0.1', '--internal-hosts', '127.0.0.1']
  const env = { PAIFANG_WORKER_SECRET_FILE: file }
  await using worker = run('cli.js', ['worker', ...args, ...hosts], { cwd: folder, env })
  await worker.until(/"msg":"ready"/)
  const answer = await fetch(asked)
  expect([answer.status, await answer.text()]).toEqual([200, 'asked'])

  worker.child.kill('SIGTERM')
  expect(await worker.ended).toBe(0)
  expect(`${worker.output()}${gateway.output()}`).not.toContain(key)
  expect((await fetch(asked)).status).toBe(503)
})

test('a worker that is told too little says what it needs', async () => {
  await using worker = run('cli.js', ['worker', '--gateway', 'ws://127.0.0.1:1/', '--name', 'w'], {
    cwd: folder
  })
  expect(await worker.ended).toBe(64)
  expect(worker.output()).toContain('--hosts is missing')
})
