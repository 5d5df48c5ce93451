import { Type } from 'typebox'
import type { App } from '../../core/index.ts'
import type { Entry } from './entry.ts'
import type { LayeredCache } from './layered-cache.ts'
import { ownTag } from './tag.ts'

const maxListed = 1_000
const Name = Type.String({ minLength: 1, maxLength: 600 })
const Tag = Type.String({ pattern: '^[!-~]{1,128}$' })
const List = Type.Object({
  tag: Type.Optional(Tag),
  section: Type.Optional(Name),
  limit: Type.Integer({ default: 100, minimum: 1, maximum: maxListed })
})
const Clear = Type.Object({
  by: Type.Enum(['id', 'tag', 'section']),
  value: Name
})

/** Adds what operators may see and clear. Keys are shown as digests, and no values. */
export function addAdminRoutes(app: App, cache: LayeredCache): void {
  const { store, sections, wheel } = cache.core
  app.get('/', () => cache.stats())

  app.get('/entries', { schema: { querystring: List } }, ({ query: { tag, section, limit } }, reply) => {
    const named = section === undefined ? undefined : sections.named(section)
    if (section !== undefined && !named) return notFound(reply)
    const listed = []
    for (const entry of named?.entries.values() ??
      (tag === undefined ? store.entries() : store.withTag(tag))) {
      if (tag !== undefined && !entry.tags.includes(tag)) continue
      listed.push(described(entry, wheel.now()))
      if (listed.length === limit) break
    }
    return { entries: listed }
  })

  app.post('/clear', { schema: { body: Clear } }, async ({ body: { by, value } }, reply) => {
    if (by === 'section' && !sections.named(value)) return notFound(reply)
    const ids = by === 'id' ? [value] : []
    const tags = by === 'tag' ? [value] : by === 'section' ? [ownTag + value] : []
    await cache.core.forget({ ids, tags })
    return { status: 'cleared' }
  })
}

function described(entry: Entry, now: number): object {
  const { id, section, tags, bytes, policy, failures } = entry
  return {
    id,
    section: section.name,
    tags,
    bytes,
    policy: policy.text,
    kind: entry.failure ? 'failure' : entry.sealed ? 'sealed' : 'value',
    ageMs: Math.round(now - entry.createdAt),
    freshForMs: Math.round(entry.freshUntil(policy) - now),
    failures
  }
}

function notFound(reply: { code(status: number): unknown }): object {
  reply.code(404)
  return { status: 'not found' }
}
