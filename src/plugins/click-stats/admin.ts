import { Type } from 'typebox'
import type { App } from '../../core/index.ts'
import { pageBounds } from './paging.ts'
import type { NewTarget } from './service.ts'
import type { TargetClicks } from './target-clicks.ts'

const { maxPage, maxSize, defaultSize } = pageBounds
const Name = Type.String({ minLength: 1, maxLength: 64 })
const Kind = Type.Object({ kind: Name })
const KindAndId = Type.Object({ kind: Name, id: Name })
const List = Type.Object({
  id: Type.Optional(Name),
  days: Type.Integer({ default: 30, minimum: 0, maximum: 366 }),
  page: Type.Integer({ default: 1, minimum: 1, maximum: maxPage }),
  size: Type.Integer({ default: defaultSize, minimum: 1, maximum: maxSize })
})
/** What is in it is checked by the service, which names each field that is not right. */
const Facts = Type.Object({}, { additionalProperties: true })
/** Bytes of a body. */
const bodyLimit = 16_384

/** Adds what operators may do: look at the targets and their clicks, and put and delete targets. */
export function addAdminRoutes(app: App, clicks: TargetClicks): void {
  app.get('/', () => ({ kinds: clicks.kinds, counters: clicks.counters }))

  app.get('/:kind', { schema: { params: Kind, querystring: List } }, async ({ params, query }, reply) => {
    if (!clicks.kinds.includes(params.kind)) return notFound(reply)
    await clicks.flush()
    return clicks.counts({ ...params, ...query })
  })

  const options = { bodyLimit, schema: { params: KindAndId, body: Facts } }
  app.put('/:kind/:id', options, async ({ params, body }, reply) => {
    if (!clicks.kinds.includes(params.kind)) return notFound(reply)
    await clicks.put({ ...(body as Omit<NewTarget, 'kind' | 'id'>), ...params })
    return { status: 'kept' }
  })

  app.delete('/:kind/:id', { schema: { params: KindAndId } }, async ({ params: { kind, id } }, reply) =>
    (await clicks.remove(kind, id)) ? { status: 'deleted' } : notFound(reply)
  )
}

function notFound(reply: { code(status: number): unknown }): object {
  reply.code(404)
  return { status: 'not found' }
}
