import type { FastifyBaseLogger } from 'fastify'
import type { CachePolicy } from '../../../src/plugins/cache/service.ts'
import { MemoryState } from '../../../src/plugins/state/memory-state.ts'
import type { State } from '../../../src/plugins/state/service.ts'
import { fakeClock } from '../../../src/testing/index.ts'
import { makeRig, Source, type RigOptions } from './rig.ts'

/** Two nodes that share a state and the time. */
export function twoNodes(policy: CachePolicy = '10m', config: RigOptions['config'] = {}) {
  const clock = fakeClock()
  const log = {} as FastifyBaseLogger
  const state = new MemoryState({ maxKeys: 1_000, clock, log })
  const node = (shared: State = state) => {
    const rig = makeRig({ clock, state: shared, config: { shared: true, ...config } })
    const source = new Source()
    return { ...rig, source, handle: rig.cache.define('a', policy, source.run) }
  }
  return { clock, state, node, a: node(), b: node() }
}
export type Nodes = ReturnType<typeof twoNodes>

/** Gives node a the value. */
export async function fill({ a, clock }: Nodes, value: unknown = 'of a'): Promise<void> {
  const first = a.handle('key')
  await clock.advance(0)
  a.source.succeed(value)
  await clock.advance(0)
  await first
}

export async function valuesIn({ state }: Nodes): Promise<[string, string][]> {
  return [...(await state.scan('cache:v:'))]
}

/** The methods of a state, to replace some. */
export function methodsOf(state: State): State {
  return {
    isShared: state.isShared,
    get: key => state.get(key),
    set: (...set) => state.set(...set),
    compareAndSet: (...set) => state.compareAndSet(...set),
    delete: key => state.delete(key),
    increment: (...increment) => state.increment(...increment),
    scan: (...scan) => state.scan(...scan),
    lock: (...lock) => state.lock(...lock),
    publish: (...message) => state.publish(...message),
    subscribe: (...subscription) => state.subscribe(...subscription),
    log: name => state.log(name)
  }
}
