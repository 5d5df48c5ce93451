import { createHash, timingSafeEqual } from 'node:crypto'
import { whenGone, type App } from '../../core/index.ts'
import { ApiError } from '../api-error/service.ts'
import type { HubEvent } from '../sse-hub/service.ts'
import { browserName } from './login-agent.ts'
import { readCookie, setCookie, type SecretCookie } from './login-cookie.ts'
import type { Counters } from './login-counters.ts'
import type { Login, Logins } from './login.ts'
import type { Contract, Saying, Streams } from './login-streams.ts'
import type { SceneStore } from './scene-store.ts'

export interface CompatParts {
  readonly logins: Logins
  readonly streams: Streams
  readonly scenes: SceneStore
  readonly counters: Counters
  /** The account that QR codes are made for. */
  readonly account: string
  readonly token: string
  /** Base URL of the pictures that WeChat draws. */
  readonly pictures: string
  /** QR codes for one address in a minute: without cookies a page that waits takes one with every stream. */
  readonly perAddress: number
  readonly alwaysSecure: boolean
}

/**
 * `GET /sse?token=` as the service had it that this one replaces: `{scene_id, qrcode_url}`, then `{userId, event}`,
 * the end after `streamMs`. A page with cookies comes back to its own QR code; one without gets a new one with every
 * stream.
 */
export function addCompatRoute(app: App, parts: CompatParts): void {
  const { logins, streams, account, perAddress, alwaysSecure } = parts
  const cookie: SecretCookie = { name: 'paifang-sse', path: '/sse', alwaysSecure }
  const contract = new CompatContract(parts)
  const isToken = equals(parts.token)
  const options = { exposeHeadRoute: false, config: { raw: true, access: 'the compat token in the query' } }
  app.get('/sse', options, async (request, reply) => {
    const { token } = request.query as Record<string, unknown>
    if (typeof token !== 'string' || !isToken(token)) return reply.code(401).send({ detail: 'Invalid token' })
    try {
      const { login, secret } = await logins.begin({
        account,
        ip: request.ip,
        from: browserName(request.headers['user-agent']),
        secret: readCookie(request, cookie),
        perAddress,
        signal: whenGone(reply)
      })
      reply.header('set-cookie', setCookie(request, cookie, secret))
      await streams.open(request, reply, { hash: login.hash, contract })
      return reply
    } catch (error) {
      if (!(error instanceof ApiError) || reply.sent) throw error
      const { retryAfter } = error.context
      if (retryAfter !== undefined) reply.header('retry-after', retryAfter)
      return reply.code(503).type('text/plain; charset=utf-8').send('服务繁忙，请稍后重试')
    }
  })
}

/** The two messages, without names and ids. */
class CompatContract implements Contract {
  readonly announce = false
  readonly #parts: CompatParts

  constructor(parts: CompatParts) {
    this.#parts = parts
  }

  greet({ handle, scene }: Login): HubEvent {
    const picture = `${this.#parts.pictures}/cgi-bin/showqrcode?ticket=${encodeURIComponent(scene.ticket)}`
    return { data: { scene_id: handle.scene, qrcode_url: picture } }
  }

  async say(login: Login): Promise<Saying> {
    const { state, openid, event } = login.scene
    if (state === 'shown') return { event: this.greet(login), end: false }
    if (state === 'scanned') return { end: false }
    if (state !== 'confirmed') return { end: true }
    return { event: { data: { userId: openid, event } }, end: true, said: () => this.#consume(login) }
  }

  async #consume({ handle }: Login): Promise<void> {
    const { scenes, counters } = this.#parts
    const change = await scenes.change(handle, ({ state }) =>
      state === 'confirmed' ? { state: 'consumed' } : undefined
    )
    if (change?.done) counters.add('logins_total')
  }
}

/** Compares with `secret` in a time that says nothing of either. */
export function equals(secret: string): (given: string) => boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  const expected = digest(secret)
  return given => secret !== '' && timingSafeEqual(digest(given), expected)
}
