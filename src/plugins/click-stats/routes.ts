import { Type } from 'typebox'
import { allowForms, type App } from '../../core/index.ts'
import { Errors as CommonErrors, result } from '../api-error/service.ts'
import type { ClickSettings } from './config.ts'
import { Errors } from './errors.ts'
import { pageBounds } from './paging.ts'
import type { ClickStats } from './service.ts'
import { TargetId } from './target.ts'

const { maxPage, maxSize, defaultSize } = pageBounds
/** Bytes of a body. */
const bodyLimit = 1_024

const Clicked = Type.Object({ id: TargetId }, { examples: [{ id: 'spring' }] })
const Url = Type.String({
  description: 'Where the click leads; empty: nowhere.',
  examples: ['https://www.example.com/spring']
})
const PageQuery = Type.Object({
  page: Type.Integer({ default: 1, minimum: 1, maximum: maxPage, examples: [1] }),
  size: Type.Integer({ default: defaultSize, minimum: 1, maximum: maxSize, examples: [defaultSize] })
})
const Listed = Type.Array(
  Type.Object({
    id: Type.String(),
    title: Type.String(),
    pic: Type.String({ description: 'URL or path of a picture, or empty.' }),
    start: Type.Integer({ description: 'Milliseconds since the epoch.' }),
    end: Type.Integer({ description: 'Milliseconds since the epoch.' }),
    hasUrl: Type.Boolean({ description: 'Whether a click leads somewhere.' })
  }),
  {
    examples: [
      [
        {
          id: 'spring',
          title: '春季校园活动',
          pic: '/pictures/spring.png',
          start: 1_767_225_600_000,
          end: 1_767_830_400_000,
          hasUrl: true
        }
      ]
    ]
  }
)

/** Adds `GET {prefix}/{kind}`, which lists, and `PUT` and `POST` of the same, which click. */
export function addRoutes(app: App, { prefix, kinds }: ClickSettings, clicks: ClickStats): void {
  allowForms(app)
  app.addHook('onSend', (_, reply, payload, done) => {
    reply.header('cache-control', 'no-store')
    done(null, payload)
  })
  for (const kind of kinds) {
    const url = `${prefix}/${kind}`
    app.get(
      url,
      {
        schema: {
          summary: `What there is to click on now: ${kind}`,
          querystring: PageQuery,
          response: { 200: Listed }
        },
        config: { access: 'public', failures: [] }
      },
      async request => {
        const { items, ...page } = await clicks.list(kind, request, request.query)
        return result([...items], { page })
      }
    )
    app.route({
      method: ['PUT', 'POST'],
      url,
      bodyLimit,
      schema: { summary: `Count a click: ${kind}`, body: Clicked, response: { 200: Url } },
      config: {
        access: 'public, limited by user and address',
        failures: [Errors['click.unknown'], Errors['click.over'], CommonErrors['rate.limited']]
      },
      handler: request => clicks.click(kind, String(request.body.id), request)
    })
  }
}
