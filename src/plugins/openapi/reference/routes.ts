import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { pagePolicy, type App } from '../../../core/index.ts'
import type { ReferenceParts } from './page.ts'
import type { ReferenceLanguage } from './texts.ts'

/** What the page is made of, and where. */
export interface ReferenceRoutes {
  /** Path of the page on `app`; empty: the prefix of `app`. */
  readonly path: string
  /** Where the gateway is, when that is elsewhere; `undefined` while it listens nowhere. */
  readonly origin?: () => string | undefined
  readonly parts: () => Promise<Omit<ReferenceParts, 'path' | 'origin'>>
}

/** A page, and for which place it was made. */
interface Made {
  readonly place: string | undefined
  readonly page: Promise<string>
}

const query = Type.Object({ lang: Type.Optional(Type.Enum(['zh', 'en'])) })

/** Adds the page and its two files, which are all that it loads. */
export function addReference(app: App, { path, origin, parts }: ReferenceRoutes): void {
  const made = new Map<ReferenceLanguage, Made>()
  const hidden = { config: { raw: true, access: 'public' }, schema: { hide: true } }
  const make = async (language: ReferenceLanguage, place: string | undefined): Promise<string> => {
    const { referencePage } = await import('./page.ts')
    const where = { path: app.prefix + path, ...(place !== undefined && { origin: place }) }
    return referencePage(language, { ...(await parts()), ...where })
  }
  app.get(path, { ...hidden, schema: { hide: true, querystring: query } }, async (request, reply) => {
    const wanted = /^zh\b/i.test(request.headers['accept-language'] ?? '') ? 'zh' : 'en'
    const language = request.query.lang ?? wanted
    const place = origin && (origin() ?? '')
    let known = made.get(language)
    if (!known || known.place !== place) {
      known = { place, page: make(language, place) }
      made.set(language, known)
    }
    return send(reply, 'text/html', await known.page)
  })
  const file = (name: string, type: string, read: () => Promise<string>): void => {
    app.get(`${path}/${name}`, hidden, async (_, reply) => send(reply, type, await read()))
  }
  file('reference.css', 'text/css', async () => (await import('./style.ts')).referenceStyle)
  const script = readFileSync(join(import.meta.dirname, 'browser', 'reference.js'), 'utf8')
  file('reference.js', 'text/javascript', async () => script)
}

const policy = pagePolicy()

function send(reply: FastifyReply, type: string, text: string): FastifyReply {
  const headers = {
    'content-security-policy': policy,
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-cache',
    vary: 'accept-language'
  }
  return reply.headers(headers).type(`${type}; charset=utf-8`).send(text)
}
