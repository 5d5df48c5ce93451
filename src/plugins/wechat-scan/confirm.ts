import type { Counters } from './login-counters.ts'
import type { Scene, SceneName } from './scene.ts'
import type { SceneStore } from './scene-store.ts'

/** A scan that waits for its user's word. */
export interface PendingScan extends SceneName {
  readonly openid: string
}

/** Asks whoever scanned whether it shall be a login. */
export interface Confirmation {
  /** Prepares for the answer, and returns the question for the chat. */
  ask(scan: PendingScan, scene: Scene): Promise<string>
}

export interface VerdictParts {
  readonly scenes: SceneStore
  readonly announce: (handle: string) => Promise<void>
  readonly counters: Counters
}

/**
 * Confirms or cancels a scan in the name of whoever scanned. False: it is over, or somebody else's. To say the same
 * twice is fine.
 */
export async function decide(parts: VerdictParts, scan: PendingScan, yes: boolean): Promise<boolean> {
  const { scenes, announce, counters } = parts
  const wanted = yes ? 'confirmed' : 'cancelled'
  const change = await scenes.change(scan, ({ state, openid }) =>
    state === 'scanned' && openid === scan.openid ? { state: wanted } : undefined
  )
  if (!change) return false
  if (change.done) {
    counters.add(yes ? 'confirmations_total' : 'cancellations_total')
    await announce(change.scene.handle)
    return true
  }
  const { state, openid } = change.scene
  return openid === scan.openid && (state === wanted || (yes && state === 'consumed'))
}
