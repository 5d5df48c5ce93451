import type { FastifyBaseLogger } from 'fastify'
import type { ChatConfirmation } from './confirm-reply.ts'
import type { Confirmation } from './confirm.ts'
import type { Texts } from './confirm-texts.ts'
import type { Counters } from './login-counters.ts'
import type { ScanPush, ScanSink } from './push.ts'
import { isScene, type Scene } from './scene.ts'
import type { SceneStore } from './scene-store.ts'
import type { AccountMessage } from './service.ts'

export interface ScenesSinkParts {
  readonly scenes: SceneStore
  /** Absent: a scan is a login. */
  readonly confirmation: Confirmation | undefined
  /** Hears the answers in the chat, where they are asked for there. */
  readonly chat: ChatConfirmation | undefined
  readonly announce: (handle: string) => Promise<void>
  readonly texts: Texts
  readonly siteName: string
  readonly counters: Counters
  readonly log: FastifyBaseLogger
}

type Reply = Promise<{ readonly reply: string } | undefined>

/** What a scan does to the scene that it names. The first one who scans a scene has it. */
export class ScenesSink implements ScanSink {
  readonly #parts: ScenesSinkParts

  constructor(parts: ScenesSinkParts) {
    this.#parts = parts
  }

  async scanned(push: ScanPush): Reply {
    if (!isScene(push.scene)) return undefined
    const { scenes, confirmation, counters, announce } = this.#parts
    const { openid, event, createdAt } = push
    const change = await scenes.change(push, ({ state }) => {
      if (state !== 'shown') return undefined
      return { state: confirmation ? 'scanned' : 'confirmed', openid, event, scannedAt: createdAt }
    })
    if (change?.done) {
      counters.add('scans_total')
      await announce(change.scene.handle)
    }
    return { reply: change ? await this.#reply(push, change.scene, change.done) : this.#late() }
  }

  answered(message: AccountMessage): Reply {
    return this.#parts.chat?.answer(message) ?? Promise.resolve(undefined)
  }

  async #reply(push: ScanPush, scene: Scene, first: boolean): Promise<string> {
    const { confirmation, texts, siteName, counters, log } = this.#parts
    const { state, openid } = scene
    if (state === 'expired' || state === 'cancelled' || state === 'failed') return this.#late()
    if (openid !== push.openid) {
      counters.add('second_scanners_total')
      log.warn({ account: push.account }, 'a second person has scanned a QR code that was used')
      return texts.used
    }
    if (!first) counters.add('scans_repeated_total')
    if (state === 'scanned' && confirmation) return confirmation.ask(push, scene)
    return texts.loggedIn(siteName)
  }

  #late(): string {
    this.#parts.counters.add('scans_late_total')
    return this.#parts.texts.over
  }
}
