import { createGateway } from '../../src/core/index.ts'
import { builtins } from '../../src/server.ts'
import { serveParent } from '../child.ts'
import { legacyKey } from './clients.ts'

/** What the process of the gateway is started with. */
export interface GatewayOptions {
  readonly devices: readonly string[]
  /** Settings of sign-bridge that are not the defaults. */
  readonly settings: Readonly<Record<string, unknown>>
}

/** What the gateway holds, after a collection of garbage. */
export interface Holdings {
  readonly heapBytes: number
  readonly rssBytes: number
  /** Sockets, timers and the like that keep the process alive, by kind. */
  readonly handles: Readonly<Record<string, number>>
}

// The plugins of `npm start` but for those that answer browsers or stand in for cards; the log level is the default.
const { devices, settings } = JSON.parse(process.argv[2] ?? '') as GatewayOptions
const app = await createGateway({
  builtins,
  env: {},
  config: {
    server: { port: 0 },
    plugins: {
      'api-error': true,
      state: true,
      database: { file: 'paifang.db' },
      'crypto-envelope': { legacyKey },
      'sign-bridge': { devices, ...settings }
    }
  }
})
const url = await app.listen({ host: '127.0.0.1', port: 0 })
serveParent(url, {
  cpuMicros: (): number => {
    const { user, system } = process.cpuUsage()
    return user + system
  },
  holdings: (): Holdings => {
    globalThis.gc?.()
    globalThis.gc?.()
    const { heapUsed: heapBytes, rss: rssBytes } = process.memoryUsage()
    const handles: Record<string, number> = {}
    for (const kind of process.getActiveResourcesInfo()) handles[kind] = (handles[kind] ?? 0) + 1
    return { heapBytes, rssBytes, handles }
  }
})
