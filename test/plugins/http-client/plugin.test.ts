import { describe, expect, test } from 'vitest'
import { checkSettings } from '../../../src/plugins/http-client/check.ts'
import httpClient from '../../../src/plugins/http-client/index.ts'
import { testPlugin } from '../../../src/testing/index.ts'
import { settingsOf, startRig } from './rig.ts'

describe('settings', () => {
  test('are good as they are by default', () => {
    expect(checkSettings(settingsOf())).toEqual([])
  })

  test.each([
    [{ insecureHosts: ['https://old.example.edu'] }, 'insecureHosts'],
    [{ internalHosts: ['*'] }, 'internalHosts'],
    [{ hostsByPlugin: { portal: ['www.example.edu', 'a b'] } }, 'hostsByPlugin.portal'],
    [{ charsetCandidates: ['gbk', 'euc-tw'] }, 'charsetCandidates'],
    [{ defaultCharset: 'none' }, 'defaultCharset']
  ])('with %j are refused', (given, path) => {
    const problems = checkSettings(settingsOf(given))
    expect(problems.map(problem => problem.path.join('.'))).toEqual([path])
  })
})

describe('the plugin', () => {
  test('provides clients over the system’s own names, and ends them with the gateway', async () => {
    await using rig = await startRig((_, response) => response.end('hello'))
    const app = await testPlugin(httpClient, { config: { internalHosts: [`localhost:${rig.port}`] } })
    const http = app.service.open({ plugin: 'test' })
    expect((await http.get(`http://localhost:${rig.port}/`)).data).toBe('hello')
    expect(app.service.status()).toMatchObject({ inFlight: 0, counters: { requests_total: 1 } })
    await app.close()
    await expect(http.get(`http://localhost:${rig.port}/`)).rejects.toMatchObject({ kind: 'connect' })
  })

  test('reaches nothing on this machine by default', async () => {
    await using rig = await startRig((_, response) => response.end('hello'))
    await using app = await testPlugin(httpClient)
    const call = app.service.open().get(`http://localhost:${rig.port}/`)
    await expect(call).rejects.toMatchObject({ kind: 'blocked' })
    expect(rig.seen).toEqual([])
  })

  test('shows operators how the upstreams are', async () => {
    const lines: string[] = []
    await using rig = await startRig((_, response) => response.end())
    await using app = await testPlugin(httpClient, {
      config: { internalHosts: ['127.0.0.1'] },
      server: { adminPort: 0, logLevel: 'info' },
      logDestination: { write: line => void lines.push(line) }
    })
    await app.service.open().get(`http://127.0.0.1:${rig.port}/`)
    const admin = /http:\/\/127\.0\.0\.1:\d+/.exec(lines.join(''))?.[0] ?? ''
    const shown = await (await fetch(`${admin}/http-client/status`)).json()
    expect(shown).toMatchObject({
      upstreams: [{ host: `127.0.0.1:${rig.port}`, breaker: 'closed', requests: 1 }]
    })
  })
})
