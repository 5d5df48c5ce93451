import { Type } from 'typebox'
import type { App } from '../../core/index.ts'
import { demoIcon, demoPage, demoStyle } from './demo-page.ts'
import { browserFile, staticText } from './widget.ts'

const query = Type.Object({ lang: Type.Optional(Type.Enum(['zh', 'en'])) })

/**
 * Serves a page with a login at `GET /v1/scan/demo`, and the simulator's phone beside it. It greets whoever scans by
 * the OpenID: for trying things out, never in production.
 * @param settings `phone`: address of the simulator's phone, `undefined` without a simulator
 */
export function addDemo(app: App, { phone }: { readonly phone: string | undefined }): void {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    `frame-src ${phone === undefined ? "'none'" : new URL(phone).origin}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'"
  ].join('; ')
  const headers = {
    'content-security-policy': policy,
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store'
  }
  const raw = { config: { raw: true, access: 'public: demonstration only' } }
  app.get('/v1/scan/demo', { ...raw, schema: { querystring: query, hide: true } }, (request, reply) => {
    const wanted = /^zh\b/i.test(request.headers['accept-language'] ?? '') ? 'zh' : 'en'
    return reply
      .headers(headers)
      .type('text/html; charset=utf-8')
      .send(demoPage(request.query.lang ?? wanted, phone))
  })
  app.get('/v1/scan/demo.js', raw, staticText(browserFile('demo.js'), 'text/javascript'))
  app.get('/v1/scan/demo.css', raw, staticText(demoStyle, 'text/css'))
  app.get('/v1/scan/demo.svg', raw, staticText(demoIcon, 'image/svg+xml'))
}
