import { get as request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { definePlugin } from '../../../src/core/index.ts'
import { json, startPortal, type Portal } from './portal-rig.ts'

const ask = `async () => (await context.get(context.config.upstream + '/slow')).data`
const files = {
  'alone.js': `export const get = (_, context) => (${ask})()`,
  'public.js': `export const get = (_, context) => context.publicCache('1h', ${ask})`,
  'user.js': `export const get = (_, context) => context.userCache('1h', ${ask})`,
  'nested.js': `export const get = (_, context) =>
    context.userCache('1h', () => context.publicCache('part', '1h', ${ask}))`,
  'beside.js': `export const get = async (_, context) => {
    const [value] = await Promise.all([context.publicCache('1h', ${ask}), context.useAuthCookie().catch(() => 0)])
    return value
  }`,
  'route.js': `export const get = (_, context) => (${ask})(); export const config = { cache: '1h' }`
}

/** A portal on a port, which says when a caller has left. */
async function listening(): Promise<Portal & { readonly port: number; left(): Promise<void> }> {
  const leaving: (() => void)[] = []
  let gone = 0
  const watcher = definePlugin({
    name: 'watcher',
    description: '',
    scope: 'global',
    setup: app =>
      void app.addHook('onRequestAbort', (_, done) => {
        gone++
        leaving.shift()?.()
        done()
      })
  })
  const portal = await startPortal(files, { plugins: { watcher: { use: watcher } } })
  await portal.app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = portal.app.server.address() as AddressInfo
  const left = (): Promise<void> =>
    gone > 0 ? Promise.resolve() : new Promise(resolve => void leaving.push(resolve))
  return Object.assign(portal, { port, left })
}

/** A caller who leaves once the upstream has been asked; resolves with the upstream's answer, which is still open. */
async function leave(portal: Awaited<ReturnType<typeof listening>>, path: string): Promise<ServerResponse> {
  const asked = new Promise<ServerResponse>(resolve => {
    portal.upstream.script = (_, response) => resolve(response)
  })
  const caller = request({ port: portal.port, path, agent: false })
  caller.on('error', () => undefined)
  const response = await asked
  caller.destroy()
  await portal.left()
  return response
}

test.for(['/public', '/user', '/nested', '/beside', '/route'])(
  'work for a cache goes on without its first caller, and the next gets what it brings: %s',
  async path => {
    await using portal = await listening()
    const response = await leave(portal, path)
    const next = portal.get(path)
    json(response, { balance: 5 })
    expect(await next).toMatchObject({ success: true, code: 200, result: { balance: 5 } })
    expect(portal.upstream.seen).toHaveLength(1)
  }
)

test('a request to an upstream for one caller ends when they leave', async () => {
  await using portal = await listening()
  const response = await leave(portal, '/alone')
  if (!response.closed) await new Promise(resolve => response.once('close', resolve))
  expect(response.writableFinished).toBe(false)
  expect(portal.upstream.seen).toHaveLength(1)
})
