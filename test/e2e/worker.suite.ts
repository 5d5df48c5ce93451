import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { run } from './program.ts'
import type { Serve } from './target.ts'

const asks = `
import { definePlugin, HttpClient } from 'paifang'
export default definePlugin({
  name: 'asks',
  description: 'Asks an upstream, by a worker or not at all.',
  needs: { http: HttpClient },
  setup(app, { http }) {
    app.get('/ask', async ({ query }) => (await http.open({ workers: 'only' }).get(query.url)).data)
  }
})`

/** Workers, one for each node: a node has those that are connected to it. */
export function workerSuite(serve: Serve): void {
  test('workers are started with a key that the gateway gives out, make requests, and end when they are told to', async () => {
    const upstream = createServer((_, response) => void response.end('asked')).listen(0, '127.0.0.1')
    onTestFinished(() => void upstream.close())
    await once(upstream, 'listening')
    const { url, folder, logs } = await serve({
      plugins: {
        'fetch-workers': { secret: 'a secret of these tests' },
        'http-client': { internalHosts: ['127.0.0.1'] },
        asks: { use: './asks.mjs' }
      },
      files: { 'asks.mjs': asks }
    })
    await using keys = run('cli.js', ['worker', 'key', 'campus-1'], { cwd: folder })
    expect(await keys.ended).toBe(0)
    const key = keys.output().trim()
    expect(key).toMatch(/^[A-Za-z0-9_-]{43}$/)

    const nodes = logs().map((_, index) => index)
    const asked = `${url}/ask?url=http://127.0.0.1:${(upstream.address() as AddressInfo).port}/`
    const answers = (): Promise<(readonly [number, string])[]> =>
      Promise.all(
        nodes.map(async () => {
          const answer = await fetch(asked)
          return [answer.status, await answer.text()] as const
        })
      )
    for (const [status] of await answers()) expect(status).toBe(503)

    const file = join(folder, 'key')
    writeFileSync(file, `${key}\n`)
    const args = ['--gateway', `${url.replace('http', 'ws')}/_spider`, '--name', 'campus-1']
    const hosts = ['--hosts', '127.0.0.1', '--internal-hosts', '127.0.0.1']
    const env = { PAIFANG_WORKER_SECRET_FILE: file }
    const started = nodes.map(() => run('cli.js', ['worker', ...args, ...hosts], { cwd: folder, env }))
    for (const worker of started) onTestFinished(() => worker[Symbol.asyncDispose]())
    await Promise.all(started.map(worker => worker.until(/"msg":"ready"/)))
    for (const answer of await answers()) expect(answer).toEqual([200, 'asked'])

    for (const { child } of started) child.kill('SIGTERM')
    for (const { ended } of started) expect(await ended).toBe(0)
    const written = [...started.map(({ output }) => output()), ...logs()]
    for (const text of written) expect(text).not.toContain(key)
    for (const [status] of await answers()) expect(status).toBe(503)
  })
}
