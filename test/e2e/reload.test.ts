import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, get, request, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, expect, test } from 'vitest'
import { run } from './program.ts'

const folder = mkdtempSync(join(tmpdir(), 'paifang-reload-'))
afterAll(() => rmSync(folder, { recursive: true }))

const index = join(import.meta.dirname, '../../dist/index.js')
const plugins = {
  'echo.mjs': `
import { definePlugin, SseHub } from '${index}'
let generations = 0
export default definePlugin({
  name: 'echo',
  description: 'Says which gateway it is, and gives back what it gets.',
  needs: { hub: SseHub },
  setup(app, { hub }) {
    const generation = ++generations
    app.post('/echo', async ({ body }) => ({ generation, body }))
    app.get('/stream', (request, reply) => hub.subscribe(request, reply, { topics: ['news'] }))
  }
})`,
  'extra.mjs': `
import { definePlugin } from '${index}'
export default definePlugin({
  name: 'extra',
  description: 'Has a route.',
  setup: app => void app.get('/extra', () => 'extra')
})`
}

function configure(...more: string[]): void {
  const lines = [
    'server: { adminPort: 0, closeMs: 20000 }',
    'plugins:',
    '  api-error: true',
    '  sse-hub: { drainMs: 0, retryMs: 0 }',
    '  fetch-workers: { secret: a secret of these tests }',
    '  http-client: true',
    '  echo: { use: ./echo.mjs }',
    ...more
  ]
  writeFileSync(join(folder, 'paifang.config.yaml'), lines.join('\n'))
}

/** Asks again and again until it is stopped, and says what went wrong. */
function load(url: string, agent: Agent): { stop(): Promise<{ asked: number; failures: string[] }> } {
  const end = new AbortController()
  const failures: string[] = []
  let asked = 0
  const ask = async (): Promise<void> => {
    while (!end.signal.aborted) {
      asked++
      try {
        const [response] = (await once(get(`${url}/healthz`, { agent }), 'response')) as [IncomingMessage]
        const body = await text(response)
        if (body !== '{"status":"ok"}') failures.push(`${response.statusCode} ${body}`)
      } catch (error) {
        failures.push(String(error))
      }
    }
  }
  const asking = Promise.all(Array.from({ length: 4 }, ask))
  return {
    async stop() {
      end.abort()
      await asking
      agent.destroy()
      return { asked, failures }
    }
  }
}

test('plugins come and go under load without one failed request; streams and sockets come back', async () => {
  for (const [name, source] of Object.entries(plugins)) writeFileSync(join(folder, name), source)
  configure()
  await using gateway = run('server.js', [], { cwd: folder, env: { PORT: '0', LOG_LEVEL: 'info' } })
  const [, url = ''] = await gateway.until(/Listening on (\S+)/)
  const [, admin = ''] = await gateway.until(/"url":"([^"]+)","msg":"admin listener"/)
  const loads = [load(url, new Agent({ keepAlive: true })), load(url, new Agent({ keepAlive: false }))]

  await using keys = run('cli.js', ['worker', 'key', 'campus-1'], { cwd: folder })
  expect(await keys.ended).toBe(0)
  const address = `${url.replace('http', 'ws')}/_spider`
  await using worker = run(
    'cli.js',
    ['worker', '--gateway', address, '--name', 'campus-1', '--hosts', 'a.example'],
    {
      cwd: folder,
      env: { PAIFANG_WORKER_SECRET: keys.output().trim() }
    }
  )
  await worker.until(/"msg":"ready"/)
  const open = async (): Promise<IncomingMessage> => {
    const [response] = (await once(get(`${url}/stream`), 'response')) as [IncomingMessage]
    return response
  }
  const stream = await open()
  const streamed = text(stream)
  const slow = request(`${url}/echo`, { method: 'POST', headers: { 'content-type': 'application/json' } })
  slow.write('{"begun":')
  const answered = once(slow, 'response') as Promise<[IncomingMessage]>
  // What was written before is read before what comes next.
  await fetch(`${url}/healthz`)

  configure('  extra: { use: ./extra.mjs }')
  expect((await fetch(`${url}/extra`)).status).toBe(404)
  const enabled = await fetch(`${admin}/reload`, { method: 'POST' })
  expect([enabled.status, await enabled.json()]).toMatchObject([
    200,
    { status: 'reloaded', changed: true, added: ['extra'], removed: [], settings: [], url }
  ])
  expect((await fetch(`${url}/extra`)).status).toBe(200)
  expect(await streamed).toMatch(/^retry: ?\d+$/m)
  const again = await open()
  expect([again.statusCode, again.headers['content-type']]).toEqual([200, 'text/event-stream; charset=utf-8'])
  again.destroy()
  await worker.until(/"msg":"ready"[\s\S]*"msg":"ready"/)
  slow.end('"before"}')
  const [late] = await answered
  expect([late.statusCode, JSON.parse(await text(late))]).toEqual([
    200,
    { generation: 1, body: { begun: 'before' } }
  ])
  await gateway.until(/"cut":false,"msg":"what was replaced has ended"/)

  configure()
  gateway.child.kill('SIGHUP')
  await gateway.until(/"added":\[\],"removed":\["extra"\].*"msg":"reloaded"/)
  expect((await fetch(`${url}/extra`)).status).toBe(404)

  configure('  extra: { use: ./extra.mjs, colour: red }', '  absent: true')
  const refused = await fetch(`${admin}/reload`, { method: 'POST' })
  const { problems } = (await refused.json()) as { problems: { code: string; where: string }[] }
  expect([refused.status, problems.map(({ code, where }) => `${code} ${where}`).toSorted()]).toEqual([
    422,
    ['CONFIG_UNKNOWN_KEY plugins.extra.colour', 'PLUGIN_UNKNOWN plugins.absent']
  ])
  expect((await fetch(`${url}/echo`, { method: 'POST' })).status).toBe(200)

  const reload = async (): Promise<[number | null, string]> => {
    await using program = run('cli.js', ['reload', '--url', admin], { cwd: folder })
    return [await program.ended, program.output()]
  }
  expect(await reload()).toEqual([1, expect.stringContaining('"where": "plugins.extra.colour"')])
  configure('  extra: { use: ./extra.mjs }')
  const [code, changes] = await reload()
  expect([code, JSON.parse(changes)]).toMatchObject([0, { status: 'reloaded', added: ['extra'] }])

  for (const each of loads) {
    const { asked, failures } = await each.stop()
    expect(failures).toEqual([])
    expect(asked).toBeGreaterThan(50)
  }
  gateway.child.kill('SIGTERM')
  expect(await gateway.ended).toBe(0)
}, 60_000)
