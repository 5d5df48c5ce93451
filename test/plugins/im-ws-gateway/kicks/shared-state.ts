import pino from 'pino'
import { MemoryState } from '../../../../src/plugins/state/memory-state.ts'
import type { State } from '../../../../src/plugins/state/service.ts'
import { fakeClock } from '../../../../src/testing/index.ts'
import { interruptible } from '../../state/interruptible.ts'

/** One node's view of a state that it shares, and that may be away for it. */
export interface SharedState {
  readonly state: State
  /** From now on no message arrives. */
  deafen(): void
  /** From now on none can be sent. */
  mute(): void
  /** All works again. A node that was deaf is told so, one that was only mute is not. */
  restore(): void
}

/** A state in memory that several nodes share. All that was published is in `published`. */
export function sharedState(): { readonly published: string[]; node(): SharedState } {
  const memory = new MemoryState({ maxKeys: 100, clock: fakeClock(), log: pino({ level: 'silent' }) })
  const published: string[] = []
  return {
    published,
    node() {
      const { state, interrupt, restore } = interruptible(memory)
      let [isDeaf, isMute] = [false, false]
      return {
        state: new Proxy(state, {
          get(_, name) {
            if (name === 'isShared') return true
            if (name === 'publish')
              return async (channel: string, message: string) => {
                if (isMute) throw new Error('the state is away')
                published.push(message)
                await state.publish(channel, message)
              }
            return Reflect.get(state, name) as unknown
          }
        }),
        deafen() {
          isDeaf = true
          interrupt()
        },
        mute: () => void (isMute = true),
        restore() {
          const wasDeaf = isDeaf
          isDeaf = isMute = false
          if (wasDeaf) restore()
        }
      }
    }
  }
}

/** Lets messages and what they cause arrive. */
export async function settle(): Promise<void> {
  for (let turns = 0; turns < 20; turns++) await new Promise(resolve => setImmediate(resolve))
}
