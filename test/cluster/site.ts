import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const index = join(import.meta.dirname, '../../dist/index.js')

/** A page that greets whoever scans. */
const login = `<!doctype html><title>Login</title>
<script type=module src=/v1/scan/widget.js></script>
<paifang-scan exchange></paifang-scan><output></output>
<script>addEventListener('scan-success', ({ detail }) => (document.querySelector('output').textContent = detail.openid))</script>`

/** What the nodes run beside the plugins of the gateway: streams of events, and who asks. */
const news = `
import { definePlugin, Sessions, SseHub } from '${index}'

export default definePlugin({
  name: 'news',
  description: 'Publishes and streams what it is told.',
  needs: { hub: SseHub, sessions: Sessions },
  setup(app, { hub }) {
    app.post('/news/:topic', async ({ params, body }) => ({ id: await hub.publish(params.topic, { data: body.data }) }))
    app.get('/stream', (request, reply) => hub.subscribe(request, reply, { topics: request.query.topics.split(',') }))
    app.get('/login', (_, reply) => reply.type('text/html').send(${JSON.stringify(login)}))
    app.get('/v1/orders/:id', { config: { endpoint: 'v1.orders+get' } }, ({ params, principal }) =>
      ({ order: params.id, of: principal.id }))
  }
})`

/** Routes of a portal: one that is cached for all nodes, and one that knows its caller. */
const routes = {
  'weather.js': `
let calls = 0
export const meta = { get: '{ city: string } The weather' }
export function get({ city }) {
  return this.publicCache('1h', () => ({ city, measured: process.pid + '-' + ++calls }))
}`,
  'me.js': `
export const meta = { get: 'Who is asking' }
export const get = (_, { user }) => (user.isLogin ? user.name : 'nobody')`
}

/** What the shops of these tests show to sign, and what their backends redeem codes with. */
export const secrets = {
  caller: 'a-token-of-a-shop-of-these-tests',
  client: 'a-client-secret-of-these-tests',
  guard: 'a guard secret of these tests',
  im: 'an admin secret of these tests',
  worker: 'a worker secret of these tests'
} as const

/** The headers of a shop. */
export const asShop = { authorization: `Bearer ${secrets.caller}` } as const

/** A user of `sessions` and of `token-auth`; the password is that of `npm start`. */
export const user = { username: '213170001', password: 'paifang', name: '王小明' } as const
const hash = '$scrypt$ln=15,r=8,p=3$rTg6I32NF9xi23JDaTYBBQ$HU0wvSwsJSDO0+xKLgNZhQc1B38FSRR7mL6PPnpxVA4'

export interface SiteParts {
  readonly redisUrl: string
  readonly postgresUrl: string
  readonly devices: readonly string[]
  /** The account of the simulated WeChat. */
  readonly account: Readonly<Record<string, string>>
}

/** Writes what all nodes share: one configuration file, a plugin, and routes. */
export function writeSite(folder: string, { redisUrl, postgresUrl, devices, account }: SiteParts): void {
  mkdirSync(join(folder, 'routes'))
  for (const [name, source] of Object.entries(routes)) writeFileSync(join(folder, 'routes', name), source)
  writeFileSync(join(folder, 'news.mjs'), news)
  const config = {
    server: { adminPort: 0, trustProxy: true, drainMs: 1_000, closeMs: 10_000 },
    plugins: {
      'api-error': true,
      state: { driver: 'redis', redis: { url: redisUrl } },
      database: { driver: 'postgres', postgres: { url: postgresUrl } },
      cache: { shared: true },
      'sse-hub': { drainMs: 500, retryMs: 0, maxStreamsPerIp: 10_000 },
      'crypto-envelope': { legacyKey: '1234567887654321' },
      sessions: {
        secret: 'a secret of sessions of these tests',
        scryptCost: 10,
        users: [{ username: user.username, password: hash, name: user.name }],
        loginsPerMinutePerIp: 10_000,
        loginsPerMinutePerUser: 10_000
      },
      'token-auth': {
        secret: 'a secret of tokens of these tests',
        prefixes: ['/v1/orders'],
        scopes: { reader: { allow: ['v1.orders+get'] } },
        users: [{ username: user.username, password: hash, scopes: ['reader'] }],
        loginsPerMinutePerIp: 10_000,
        loginsPerMinutePerUser: 10_000
      },
      'sign-bridge': {
        devices,
        guardSecret: secrets.guard,
        deviceLease: true,
        deviceLeaseMs: 3_000,
        callers: { shop: { token: secrets.caller, perMinute: 1_000_000, maxQueued: 1_000 } },
        getCodeOpen: true
      },
      'wechat-scan': {
        ...account,
        stock: 5,
        scenesPerMinute: 10_000,
        clientSecret: secrets.client
      },
      'http-client': true,
      'fetch-workers': { secret: secrets.worker },
      'file-routes': { directory: 'routes', prefix: '/api', watch: false },
      'im-ws-gateway': {
        adminSecret: secrets.im,
        tokenSecret: 'a secret of chat tokens of these tests',
        drainMs: 1_000
      },
      console: true,
      news: { use: './news.mjs' }
    }
  }
  // JSON is YAML.
  writeFileSync(join(folder, 'paifang.config.yaml'), JSON.stringify(config, undefined, 2))
}
