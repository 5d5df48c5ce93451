import { Server } from 'node:net'
import { join } from 'node:path'
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises'
import { writeHeapSnapshot } from 'node:v8'
import { startGateway } from './gateway.ts'

/** What a gateway holds, garbage aside. */
export interface Holdings {
  readonly heapBytes: number
  /** Sockets, timers and the like that keep the process alive. */
  readonly handles: number
  readonly connections: number
  /** Users with a core. */
  readonly users: number
  /** The heap snapshot with all of it. */
  readonly snapshot: string
}

/** What the process says first. */
export interface Ready {
  readonly url: string
  readonly tokens: readonly (readonly [userID: string, token: string])[]
}

/**
 * A process of its own with a gateway, so that the memory is the gateway's alone. It says its address and tokens of
 * some users, and at each message what it holds. Arguments: a folder for snapshots; `leak` has it keep two small objects
 * of each connection.
 */
const [, , folder = '', fault] = process.argv
const people = 100
const gateway = await startGateway({ config: { graceMs: 0, maxConnectionsPerIp: 10_000 } })
const userIDs = Array.from({ length: people }, (_, index) => `user-${index}`)
const tokens = await Promise.all(
  userIDs.map(async userID => [userID, await gateway.rest.login(userID, 5)] as const)
)
class Left {
  readonly at = 0
}
const kept: Left[] = []
if (fault === 'leak') {
  const emit = Reflect.get(Server.prototype, 'emit') as (this: Server, ...given: unknown[]) => boolean
  Server.prototype.emit = function (this: Server, ...given: unknown[]): boolean {
    if (given[0] === 'connection') kept.push(new Left(), new Left())
    return emit.apply(this, given)
  }
}

process.on('message', () => void tell())
process.on('disconnect', () => process.exit())
process.send?.({ url: gateway.url, tokens } satisfies Ready)

async function tell(): Promise<void> {
  // What ends later than its connection has a moment for it.
  while (gateway.im.status().connections > 0 || gateway.im.status().users > 0) await pause(20)
  await nextTurn()
  globalThis.gc?.()
  // Its own turn of the loop is none of them.
  const handles = process.getActiveResourcesInfo().filter(name => name !== 'Immediate').length
  const { heapUsed: heapBytes } = process.memoryUsage()
  const { connections, users } = gateway.im.status()
  const snapshot = writeHeapSnapshot(join(folder, `${performance.now()}.heapsnapshot`))
  process.send?.({ heapBytes, handles, connections, users, snapshot } satisfies Holdings)
}
