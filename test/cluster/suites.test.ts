import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { startSignSimulator, type SimulatedDevice } from '../../src/plugins/sign-simulator/device.ts'
import { devicesSuite } from '../e2e/devices.suite.ts'
import { firstRequestsSuite } from '../e2e/first-requests.suite.ts'
import { fileRoutesSuite } from '../e2e/file-routes.suite.ts'
import { imDemoSuite } from '../e2e/im-demo.suite.ts'
import { imExamplesSuite } from '../e2e/im-examples.suite.ts'
import { portalSuite } from '../e2e/portal.suite.ts'
import { scanSuite } from '../e2e/scan.suite.ts'
import { strangersSuite } from '../e2e/strangers.suite.ts'
import type { Serve } from '../e2e/target.ts'
import { workerSuite } from '../e2e/worker.suite.ts'
import { contentsSuite } from '../plugins/im-ws-gateway/clients/contents.suite.ts'
import { convergenceSuite } from '../plugins/im-ws-gateway/clients/convergence/convergence.suite.ts'
import { everyEventSuite } from '../plugins/im-ws-gateway/clients/every-event.suite.ts'
import { everyMethodSuite } from '../plugins/im-ws-gateway/clients/every-method.suite.ts'
import { chatAt, settings, type StartChat } from '../plugins/im-ws-gateway/clients/gateway.ts'
import { groupsOf200Suite } from '../plugins/im-ws-gateway/clients/groups-of-200.suite.ts'
import { loginSuite } from '../plugins/im-ws-gateway/clients/login.suite.ts'
import { longHistorySuite } from '../plugins/im-ws-gateway/clients/long-history.suite.ts'
import { noticesSuite } from '../plugins/im-ws-gateway/clients/notices.suite.ts'
import { pairsSuite } from '../plugins/im-ws-gateway/clients/pairs.suite.ts'
import { policiesSuite } from '../plugins/im-ws-gateway/clients/policies.suite.ts'
import { hasPostgres } from '../servers/postgres.ts'
import { hasRedis } from '../servers/redis.ts'
import { asShop, secrets } from './site.ts'
import { startSites, type Sites } from './sites.ts'

/** Suites of what clients see of a gateway. README.md says why others are not among them. */
const suites: Readonly<Record<string, (serve: Serve) => void>> = {
  'cards that do not behave': devicesSuite,
  'file routes': fileRoutesSuite,
  'the chat page': imDemoSuite,
  'examples of chat clients': imExamplesSuite,
  'logins by scan': scanSuite,
  'the example of a portal': portalSuite,
  'programs of strangers': one => strangersSuite(one, { nodes: 3 }),
  workers: workerSuite
}
const chats: Readonly<Record<string, (startChat: StartChat) => void>> = {
  'in pairs': pairsSuite,
  'every method': everyMethodSuite,
  'every event': everyEventSuite,
  contents: contentsSuite,
  notices: noticesSuite,
  logins: loginSuite,
  policies: policiesSuite,
  'large groups': groupsOf200Suite,
  'a long history': startChat => longHistorySuite(startChat, 2_000),
  convergence: startChat => convergenceSuite(startChat, 20)
}

const options = { recursive: true, encoding: 'utf8' } as const

describe.skipIf(!hasRedis || !hasPostgres)('three nodes behind a load balancer', { timeout: 60_000 }, () => {
  let sites: Sites
  beforeAll(async () => void (sites = await startSites()), 120_000)
  afterAll(() => sites[Symbol.asyncDispose]())

  const serve: Serve = site => sites.serve(site)
  const startChat: StartChat = async ({ config } = {}) => {
    const { url } = await serve({ plugins: { 'im-ws-gateway': { ...settings, ...config } } })
    return chatAt(url)
  }
  describe('first requests', () => {
    let card: SimulatedDevice
    let url: string
    beforeAll(async () => {
      card = await startSignSimulator()
      const lease = { deviceLease: true, deviceLeaseMs: 3_000, guardSecret: secrets.guard }
      // From other machines, and a proxy is one, PINs in clear are taken of callers with tokens alone.
      const callers = { shop: { token: secrets.caller } }
      const served = await serve({
        plugins: {
          'crypto-envelope': { legacyKey: '1234567887654321' },
          'sign-bridge': { devices: [card.url], ...lease, callers, getCodeOpen: true },
          customs179: true
        }
      })
      url = served.url
      const devices = async (): Promise<string> =>
        (await fetch(`${url}/v1/sign/devices`, { headers: asShop })).text()
      await vi.waitUntil(async () => (await devices()).includes('"ready"'), { timeout: 10_000 })
    }, 60_000)
    afterAll(() => card.close())
    firstRequestsSuite(() => url, secrets.caller)
  })
  for (const [name, suite] of Object.entries(suites)) {
    describe(`clients: ${name}`, () => {
      suite(serve)
    })
  }
  for (const [name, suite] of Object.entries(chats)) {
    describe(`chat: ${name}`, () => {
      suite(startChat)
    })
  }

  test('each of the nodes has been asked', () => {
    expect(Math.min(...sites.proxy.given.values())).toBeGreaterThan(2)
    expect(sites.proxy.failed).toEqual([])
  })
})

test('README.md says of every suite whether it runs here', () => {
  const readme = readFileSync('test/cluster/README.md', 'utf8')
  const words = new Set(readme.match(/[\w/-]+/g))
  const clients = 'test/plugins/im-ws-gateway/clients'
  const files = [...readdirSync('test/e2e', options), ...readdirSync(clients, options)]
  const names = files.flatMap(
    file => /^(?:convergence\/)?(.+?)(?:\.isolated)?\.test\.ts$/.exec(file)?.[1] ?? []
  )
  expect(names.length).toBeGreaterThan(40)
  expect(names.filter(name => !words.has(name))).toEqual([])
})
