import type { Clock } from '../../core/index.ts'
import type { State } from '../state/service.ts'
import { isOver, mayBecome, type Scene, type SceneName } from './scene.ts'

/** How long a login stays whose page is not there just now, and how long somebody has to confirm. */
const graceMs = 60_000

/** Rounds of a change that others keep getting ahead of. */
const maxRounds = 16

const keyOf = ({ account, scene }: SceneName): string => `wechat-scan:scene:${account}:${scene}`

/** What a change came to. */
export interface Change {
  /** The scene as it is now. */
  readonly scene: Scene
  /** False: there was nothing to do, or it was not allowed. */
  readonly done: boolean
}

/** The scenes that were shown, in the `State` that all nodes share. Every transition is one compare-and-set. */
export class SceneStore {
  readonly #state: State
  readonly #clock: Clock
  readonly #ttlMs: number

  /** @param ttlMs how long a scene may be scanned, and after its end how long it is still known, less a minute */
  constructor(state: State, clock: Clock, ttlMs: number) {
    this.#state = state
    this.#clock = clock
    this.#ttlMs = ttlMs
  }

  /** Brings a scene to the world. `undefined`: it had been there, and must not be shown again. */
  async show(
    name: SceneName,
    facts: Pick<Scene, 'handle' | 'url' | 'ticket' | 'from'>
  ): Promise<Scene | undefined> {
    const { handle, url, ticket, from } = facts
    const expiresAt = this.#clock.now() + this.#ttlMs
    const scene: Scene = { version: 1, state: 'shown', handle, url, ticket, expiresAt, from }
    return (await this.#swap(name, undefined, scene)) ? scene : undefined
  }

  /** Takes back a scene that nobody was told of. False: something has happened to it. */
  async takeBack(name: SceneName): Promise<boolean> {
    const raw = await this.#state.get(keyOf(name))
    if (raw === undefined || parse(raw).version !== 1) return false
    return this.#state.compareAndSet(keyOf(name), raw, undefined)
  }

  /** A scene as it is at this moment, its end by time included. `undefined`: unknown, or over for long. */
  async read(name: SceneName): Promise<Scene | undefined> {
    const raw = await this.#state.get(keyOf(name))
    if (raw === undefined) return undefined
    const scene = parse(raw)
    return this.#isDue(scene) ? (await this.change(name, () => undefined))?.scene : scene
  }

  /**
   * Changes a scene. `next` sees it as it is and says what becomes different, or `undefined`; it may be asked several
   * times. A transition that the states do not allow does nothing.
   */
  async change(
    name: SceneName,
    next: (scene: Scene) => Partial<Scene> | undefined
  ): Promise<Change | undefined> {
    for (let round = 0; round < maxRounds; round++) {
      // eslint-disable-next-line no-await-in-loop
      const raw = await this.#state.get(keyOf(name))
      if (raw === undefined) return undefined
      const scene = parse(raw)
      const due = this.#isDue(scene)
      const patch = due ? { state: 'expired' as const } : next(scene)
      if (!patch || !mayBecome(scene.state, patch.state ?? scene.state)) return { scene, done: false }
      const changed = this.#extended(scene, { ...scene, ...patch, version: scene.version + 1 })
      // eslint-disable-next-line no-await-in-loop
      if (!(await this.#swap(name, raw, changed))) continue
      if (!due) return { scene: changed, done: true }
    }
    throw new Error('a scene kept changing while it was to be changed')
  }

  #isDue(scene: Scene): boolean {
    return !isOver(scene) && this.#clock.now() >= scene.expiresAt
  }

  #extended(before: Scene, after: Scene): Scene {
    if (before.state === after.state || isOver(after)) return after
    return { ...after, expiresAt: Math.max(after.expiresAt, this.#clock.now() + graceMs) }
  }

  #swap(name: SceneName, expected: string | undefined, scene: Scene): Promise<boolean> {
    const leftMs = Math.max(0, scene.expiresAt - this.#clock.now())
    return this.#state.compareAndSet(keyOf(name), expected, JSON.stringify(scene), {
      ttlMs: leftMs + this.#ttlMs + graceMs
    })
  }
}

function parse(raw: string): Scene {
  return JSON.parse(raw) as Scene
}
