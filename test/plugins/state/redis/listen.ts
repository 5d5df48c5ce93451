import type { State } from '../../../../src/plugins/state/service.ts'

/** What somebody who listens to a channel has heard. */
export interface Listener {
  readonly heard: string[]
  /** How often it was told that it may have missed something. */
  missed: number
}

/** Listens to the channel `c`. */
export async function listen(state: State): Promise<Listener> {
  const listener: Listener = { heard: [], missed: 0 }
  await state.subscribe(
    'c',
    message => void listener.heard.push(message),
    () => void listener.missed++
  )
  return listener
}
