import { Type } from 'typebox'
import type { App } from '../../core/index.ts'
import { catalogueMarkdown, catalogueTypeScript } from './catalogue-text.ts'
import { reservedCodes, type Catalogue } from './catalogue.ts'
import { byQuality } from './quality.ts'
import { varyByAccept } from './selection.ts'

const Query = Type.Object({
  format: Type.Optional(
    Type.Union([Type.Literal('json'), Type.Literal('md'), Type.Literal('ts')], {
      description: 'Default: `md` where `Accept` prefers text/markdown, else `json`.',
      examples: ['json']
    })
  )
})

const Entry = Type.Object({
  key: Type.String(),
  http: Type.Integer(),
  flask: Type.Integer(),
  ws3: Type.Integer(),
  transient: Type.Boolean(),
  title: Type.Object({ 'zh-CN': Type.String(), en: Type.String() })
})
const Listing = Type.Object(
  { errors: Type.Array(Entry), reserved: Type.Array(Type.Integer()) },
  {
    examples: [
      {
        errors: [
          {
            key: 'auth.required',
            http: 401,
            flask: 1003,
            ws3: 401,
            transient: false,
            title: { 'zh-CN': '需要登录', en: 'Login required' }
          }
        ],
        reserved: [1000]
      }
    ]
  }
)

/** Serves the catalogue at `GET /_errors`: JSON, Markdown or TypeScript. */
export function addCatalogueRoute(app: App, catalogue: Catalogue): void {
  const schema = {
    summary: 'Every failure that the gateway answers with',
    querystring: Query,
    response: { 200: Listing }
  }
  app.get('/_errors', { schema, config: { access: 'public' } }, (request, reply) => {
    const entries = catalogue.list()
    varyByAccept(reply)
    const format = request.query.format ?? formatOf(request.headers.accept)
    if (format !== 'json') {
      const markdown = format === 'md'
      reply.type(`text/${markdown ? 'markdown' : 'plain'}; charset=utf-8`)
      return (markdown ? catalogueMarkdown(entries) : catalogueTypeScript(entries)) as never
    }
    const errors = entries.map(({ ws3, transient = false, ...entry }) => ({
      ...entry,
      ws3: ws3 ?? entry.http,
      transient
    }))
    return { errors, reserved: [...reservedCodes] }
  })
}

function formatOf(accept = '*/*'): 'json' | 'md' {
  const wanted = byQuality(accept).find(({ value }) => value === 'text/markdown' || value.endsWith('json'))
  return wanted?.value === 'text/markdown' && wanted.q > 0 ? 'md' : 'json'
}
