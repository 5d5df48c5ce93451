import type { State } from '../../../src/plugins/state/service.ts'

/** A state whose messages can get lost. */
export interface Interruptible {
  readonly state: State
  /** From now on no message arrives. */
  readonly interrupt: () => void
  /** Messages arrive again, and whoever listens is told that some may be missing. */
  readonly restore: () => void
}

/** One node's view of a state that it shares with others. */
export function interruptible(shared: State): Interruptible {
  let isDeaf = false
  const missed = new Set<() => void>()
  return {
    state: new Proxy(shared, {
      get(_, name) {
        if (name === 'subscribe')
          return (channel: string, listener: (message: string) => void, told?: () => void) => {
            if (told) missed.add(told)
            return shared.subscribe(channel, message => void (isDeaf || listener(message)))
          }
        const member: unknown = Reflect.get(shared, name)
        return typeof member === 'function' ? member.bind(shared) : member
      }
    }),
    interrupt: () => void (isDeaf = true),
    restore() {
      isDeaf = false
      for (const told of missed) told()
    }
  }
}
