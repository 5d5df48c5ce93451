import { setImmediate as turn } from 'node:timers/promises'
import type { State } from '../../../src/plugins/state/service.ts'
import { fakeClock, type FakeClock } from '../../../src/testing/index.ts'
import { LogServer, type LogNode } from '../state/log/log-server.ts'
import { startRig, type Rig, type RigOptions } from './rig.ts'

/** A gateway, and its connection to the log. */
export interface Node extends Rig {
  readonly connection: LogNode
}

/** Gateways whose hubs share their events. */
export interface Nodes extends AsyncDisposable {
  readonly clock: FakeClock
  readonly server: LogServer
  /** Starts one more. */
  add(options?: RigOptions & { readonly away?: boolean }): Promise<Node>
}

export function openNodes(config: object = {}): Nodes {
  const clock = fakeClock()
  const server = new LogServer(clock)
  const all: Node[] = []
  return {
    clock,
    server,
    async add({ away = false, ...options } = {}) {
      const connection = server.node()
      connection.isAway = away
      const state = { isShared: true, log: (name: string) => connection.logs.open(name) } as unknown as State
      const rig = await startRig({ clock, state, ...options, config: { ...config, ...options.config } })
      const node: Node = Object.assign(rig, { connection })
      all.push(node)
      return node
    },
    async [Symbol.asyncDispose]() {
      for (const { connection } of all) connection.release()
      await Promise.all(all.map(node => node[Symbol.asyncDispose]()))
    }
  }
}

/** Lets messages and what they cause arrive. */
export async function settle(): Promise<void> {
  for (let turns = 0; turns < 20; turns++) await turn()
}
