import { createGateway, definePlugin } from '../../src/core/index.ts'
import { builtins } from '../../src/server.ts'
import { serveParent } from '../child.ts'

/** What the process of the gateway is started with. */
export interface GatewayOptions {
  /** Settings of wechat-scan: the account and the address of WeChat. */
  readonly settings: Readonly<Record<string, unknown>>
}

/** A route that reads what a callback reads and does nothing with it: what Fastify and the log cost. */
const floor = definePlugin({
  name: 'floor',
  description: 'Takes a body and answers.',
  setup(app) {
    app.addContentTypeParser('text/xml', { parseAs: 'string' }, (_request, body, done) => done(null, body))
    app.post('/floor', { config: { raw: true } }, () => 'success')
  }
})

const { settings } = JSON.parse(process.argv[2] ?? '') as GatewayOptions
const app = await createGateway({
  builtins,
  env: {},
  config: {
    // Each page has an address of its own, as pages have.
    server: { port: 0, trustProxy: true },
    plugins: {
      'api-error': true,
      state: { maxKeys: 1_000_000 },
      'sse-hub': true,
      'wechat-scan': settings,
      floor: { use: floor }
    }
  }
})
const url = await app.listen({ host: '127.0.0.1', port: 0 })
serveParent(url, {
  cpuMicros: (): number => {
    const { user, system } = process.cpuUsage()
    return user + system
  },
  rssBytes: (): number => {
    globalThis.gc?.()
    return process.memoryUsage.rss()
  }
})
