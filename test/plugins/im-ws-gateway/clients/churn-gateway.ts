import { startGateway } from './gateway.ts'

/** What a gateway holds, garbage aside. */
export interface Holdings {
  readonly heapBytes: number
  /** Sockets, timers and the like that keep the process alive. */
  readonly handles: number
  readonly connections: number
  /** Users with a core. */
  readonly users: number
}

/** What the process says first. */
export interface Ready {
  readonly url: string
  readonly tokens: readonly (readonly [userID: string, token: string])[]
}

/**
 * A process of its own with a gateway, so that the memory is the gateway's alone. It says its address and tokens of
 * some users, and at each message what it holds.
 */
const people = 100
const gateway = await startGateway({ config: { graceMs: 0, maxConnectionsPerIp: 10_000 } })
const userIDs = Array.from({ length: people }, (_, index) => `user-${index}`)
const tokens = await Promise.all(
  userIDs.map(async userID => [userID, await gateway.rest.login(userID, 5)] as const)
)

process.on('message', () => tell())
process.on('disconnect', () => process.exit())
process.send?.({ url: gateway.url, tokens } satisfies Ready)

function tell(): void {
  const { connections, users } = gateway.im.status()
  // What ends later than its connection has a moment for it.
  if (connections > 0 || users > 0) {
    setTimeout(tell, 20)
    return
  }
  globalThis.gc?.()
  const handles = process.getActiveResourcesInfo().filter(name => name !== 'Timeout').length
  const { heapUsed: heapBytes } = process.memoryUsage()
  process.send?.({ heapBytes, handles, connections, users } satisfies Holdings)
}
