import { createHash } from 'node:crypto'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { Type } from 'typebox'
import type { App, Clock } from '../../core/index.ts'
import type { State } from '../state/service.ts'
import { decide, type Confirmation, type PendingScan, type VerdictParts } from './confirm.ts'
import type { Language, Texts } from './confirm-texts.ts'
import { hashOf, newSecret } from './login-handle.ts'
import type { Scene } from './scene.ts'

export interface PageConfirmationParts extends VerdictParts {
  readonly state: State
  readonly clock: Clock
  readonly texts: Texts
  readonly language: Language
  readonly siteName: string
  /** Base URL of this gateway as phones reach it, without a slash at its end. */
  readonly publicUrl: string
}

interface Question extends PendingScan {
  readonly from: string
  /** Milliseconds since the Unix epoch. */
  readonly at: number
}

const Key = Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' })

const style =
  'body{font:17px/1.6 system-ui,sans-serif;max-width:22em;margin:3em auto;padding:0 1.5em;color:#191919;background:#fff}' +
  'button{font:inherit;width:100%;padding:.7em;margin:.5em 0;border:0;border-radius:.5em;color:#fff;background:#07c160}' +
  'form+form button{color:#191919;background:#e6e6e6}' +
  '@media(prefers-color-scheme:dark){body{color:#ddd;background:#111}form+form button{color:#ddd;background:#333}}'

/** Nothing runs, nothing is loaded, and no other page may hold this one. */
const policy =
  `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; ` +
  "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

/** Asks on a page behind a link that goes to the chat of whoever scanned, and is good for one answer. */
export class PageConfirmation implements Confirmation {
  readonly #parts: PageConfirmationParts

  constructor(parts: PageConfirmationParts) {
    this.#parts = parts
  }

  async ask({ account, scene, openid }: PendingScan, { from, expiresAt }: Scene): Promise<string> {
    const { state, clock, texts, siteName, publicUrl } = this.#parts
    const key = newSecret()
    const at = clock.now()
    const question: Question = { account, scene, openid, from, at }
    await state.set(keyOf(key), JSON.stringify(question), { ttlMs: Math.max(1, expiresAt - at) })
    const link = `<a href="${publicUrl}/v1/scan/confirm/${key}">${texts.confirm} / ${texts.deny}</a>`
    return [...texts.request({ site: siteName, from, at }), '', link].join('\n')
  }

  /** Adds the page. It is only looked at by GET: link checkers follow links, and confirm nothing. */
  addRoutes(app: App): void {
    void app.register(async (child: FastifyInstance) => {
      const page = child.withTypeProvider<TypeBoxTypeProvider>()
      page.addHook('onSend', async (_request, reply) => {
        reply.headers({
          'content-security-policy': policy,
          'cache-control': 'no-store',
          'referrer-policy': 'no-referrer',
          'x-content-type-options': 'nosniff'
        })
      })
      // A form sends a body of this type even when it has no fields.
      page.removeAllContentTypeParsers()
      page.addContentTypeParser('*', { parseAs: 'string', bodyLimit: 1_024 }, (_request, _body, done) =>
        done(null)
      )

      const asking = {
        schema: { hide: true, params: Type.Object({ key: Key }) },
        config: { raw: true, access: 'the key in the URL, which the scanner alone has' }
      }
      page.get('/v1/scan/confirm/:key', asking, async ({ params }, reply) => {
        const raw = await this.#parts.state.get(keyOf(params.key))
        return this.#send(
          reply,
          raw === undefined ? undefined : this.#asking(params.key, JSON.parse(raw) as Question)
        )
      })
      const params = Type.Object({ key: Key, answer: Type.Enum(['yes', 'no']) })
      const answering = {
        schema: { hide: true, params },
        config: { raw: true, access: 'the key in the URL, and its page' }
      }
      page.post('/v1/scan/confirm/:key/:answer', answering, async (request, reply) => {
        const { key, answer } = request.params
        const text = await this.#answer(key, answer === 'yes')
        return this.#send(reply, text === undefined ? undefined : paragraph(text))
      })
    })
  }

  /** `undefined`: the question is answered, or over. */
  #send(reply: FastifyReply, body: string | undefined): FastifyReply {
    const html = this.#document(body ?? paragraph(this.#parts.texts.over))
    return reply
      .code(body === undefined ? 410 : 200)
      .type('text/html; charset=utf-8')
      .send(html)
  }

  async #answer(key: string, yes: boolean): Promise<string | undefined> {
    const { state, texts, siteName } = this.#parts
    const raw = await state.get(keyOf(key))
    if (raw === undefined || !(await state.compareAndSet(keyOf(key), raw, undefined))) return undefined
    if (!(await decide(this.#parts, JSON.parse(raw) as Question, yes))) return undefined
    return yes ? texts.loggedIn(siteName) : texts.denied
  }

  #asking(key: string, { from, at }: Question): string {
    const { texts, siteName } = this.#parts
    const lines = texts.request({ site: siteName, from, at }).map(paragraph)
    const button = (answer: string, label: string): string =>
      `<form method="post" action="${escape(key)}/${answer}"><button>${label}</button></form>`
    return [...lines, button('yes', texts.confirm), button('no', texts.deny)].join('')
  }

  #document(body: string): string {
    const { language, siteName, texts } = this.#parts
    return (
      `<!doctype html><html lang="${language}"><meta charset="utf-8">` +
      '<meta name="viewport" content="width=device-width,initial-scale=1">' +
      `<title>${escape(siteName || texts.confirm)}</title><style>${style}</style>${body}</html>`
    )
  }
}

const keyOf = (key: string): string => `wechat-scan:page:${hashOf(key)}`

const paragraph = (text: string): string => `<p>${escape(text)}</p>`

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
}
