import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Type } from 'typebox'
import { phonePage } from './phone-page.ts'
import { phoneStyle } from './phone-style.ts'

/** Pages of this machine may frame it, as a demonstration does. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "form-action 'none'; base-uri 'none'; frame-ancestors 'self' http://127.0.0.1:* http://localhost:*"

const headers = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store'
}

const query = Type.Object({
  lang: Type.Optional(Type.Enum(['zh', 'en'])),
  url: Type.Optional(Type.String({ maxLength: 256 }))
})

/**
 * Serves the page "pretend to be the phone" at `/wechat-simulator`; `/` and `/phone` lead there. With `?url=`, the text
 * of a QR code, that one comes first.
 */
export async function addPageRoutes(app: FastifyInstance): Promise<void> {
  const script = readFileSync(join(import.meta.dirname, 'browser', 'phone.js'), 'utf8')
  const typed = app.withTypeProvider<TypeBoxTypeProvider>()
  typed.addHook('onSend', async (_, reply) => void reply.headers(headers))
  for (const path of ['/', '/phone']) typed.get(path, (_, reply) => reply.redirect('/wechat-simulator'))
  typed.get('/wechat-simulator', { schema: { querystring: query } }, (request, reply) => {
    const { lang, url } = request.query
    const wanted = /^zh\b/i.test(request.headers['accept-language'] ?? '') ? 'zh' : 'en'
    return reply.type('text/html; charset=utf-8').send(phonePage(lang ?? wanted, url))
  })
  typed.get('/wechat-simulator/phone.js', (_, reply) =>
    reply.type('text/javascript; charset=utf-8').send(script)
  )
  typed.get('/wechat-simulator/phone.css', (_, reply) =>
    reply.type('text/css; charset=utf-8').send(phoneStyle)
  )
}
