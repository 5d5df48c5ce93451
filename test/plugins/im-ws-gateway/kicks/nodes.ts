import type { Settings } from '../../../../src/core/index.ts'
import type { ImSettings } from '../../../../src/plugins/im-ws-gateway/config.ts'
import { fakeClock, type FakeClock } from '../../../../src/testing/index.ts'
import { FakeTokens } from '../gateway/fake-cores.ts'
import { startRig, type Rig } from '../gateway/rig.ts'
import { sharedState, type SharedState } from './shared-state.ts'

/** A gateway, its clock, and what it shares with the others. */
export interface Node extends Rig {
  readonly clock: FakeClock
  readonly shared: SharedState
}

/** Gateways that serve the same users. */
export interface Nodes extends AsyncDisposable {
  readonly tokens: FakeTokens
  /** What they have said to each other. */
  readonly published: readonly string[]
  /** @param aheadMs of the clocks of the others */
  add(options?: { readonly aheadMs?: number; readonly config?: Settings<ImSettings> }): Promise<Node>
}

export function startNodes(config: Settings<ImSettings> = {}): Nodes {
  const tokens = new FakeTokens()
  const shared = sharedState()
  const all: Node[] = []
  return {
    tokens,
    published: shared.published,
    async add({ aheadMs = 0, config: own } = {}) {
      const clock = fakeClock()
      clock.jump(aheadMs)
      const view = shared.node()
      const node = String(all.length).padStart(16, '0')
      const rig = await startRig({ clock, tokens, state: view.state, node, config: { ...config, ...own } })
      all.push(Object.assign(rig, { clock, shared: view }))
      return all.at(-1) as Node
    },
    async [Symbol.asyncDispose]() {
      for (const node of all) await node[Symbol.asyncDispose]()
    }
  }
}

export async function twoNodes(config: Settings<ImSettings> = {}) {
  const nodes = startNodes(config)
  const [here, there] = [await nodes.add(), await nodes.add()]
  return Object.assign(nodes, { here, there })
}
