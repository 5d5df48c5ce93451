import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { Entry } from '../resolve/entry.ts'

/** How one plugin is. The reason is for operators, not for the public. */
export interface PluginHealth {
  readonly status: 'ok' | 'down'
  readonly reason?: string
}

/** How the plugins are. An answer holds for half a second, so that probes cannot become load. */
export interface Health {
  all(): Promise<Record<string, PluginHealth>>
  /** `undefined` when there is no such plugin. */
  one(id: string): Promise<PluginHealth> | undefined
}

/** Asks plugins how they are; one that does not say is well. */
export function healthOf(app: FastifyInstance, entries: readonly Entry[]): Health {
  const checks = new Map(entries.map(entry => [entry.id, cached(() => ask(app, entry))]))
  return {
    async all() {
      const asked = [...checks].map(async ([id, check]) => [id, await check()] as const)
      return Object.fromEntries(await Promise.all(asked))
    },
    one: id => checks.get(id)?.()
  }
}

async function ask(app: FastifyInstance, { id, meta, provides }: Entry): Promise<PluginHealth> {
  if (!meta?.health) return { status: 'ok' }
  const limit = AbortSignal.timeout(2000)
  const tooSlow = new Promise<never>((_, reject) => {
    limit.addEventListener('abort', () => reject(new Error('did not answer within 2 s')))
  })
  try {
    const service: unknown = provides && app.getDecorator(provides)
    const answer = async (): Promise<unknown> => meta.health?.(service)
    await Promise.race([answer(), tooSlow])
    return { status: 'ok' }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    app.log.warn({ plugin: id, reason }, 'not healthy')
    return { status: 'down', reason }
  }
}

const tags = ['health']
const Status = Type.Object(
  { status: Type.String({ description: '`ok`, `down`, or `unknown` for a plugin that is not there.' }) },
  { examples: [{ status: 'ok' }] }
)
const Readiness = Type.Object(
  {
    status: Type.String({ description: '`ok`, `down`, or `closing`.' }),
    plugins: Type.Record(Type.String(), Type.String())
  },
  { examples: [{ status: 'ok', plugins: { state: 'ok' } }] }
)

/** Adds `/healthz`, which looks at nothing, and `/readyz` and `/readyz/:plugin`, which ask the plugins. */
export function addHealthRoutes(app: FastifyInstance, health: Health, isClosing: () => boolean): void {
  const route = { logLevel: 'silent', config: { raw: true, access: 'public' } } as const
  const liveness = { tags, summary: 'Whether the process answers', response: { 200: Status } }
  app.get('/healthz', { ...route, schema: liveness }, () => ({ status: 'ok' }))

  const readiness = {
    tags,
    summary: 'Whether all plugins are well',
    response: { 200: Readiness, 503: Readiness }
  }
  app.get('/readyz', { ...route, schema: readiness }, async (_, reply) => {
    const checked = Object.entries(await health.all())
    const plugins = Object.fromEntries(checked.map(([id, { status }]) => [id, status]))
    const ok = checked.every(([, { status }]) => status === 'ok')
    if (isClosing()) return reply.code(503).send({ status: 'closing', plugins })
    return reply.code(ok ? 200 : 503).send({ status: ok ? 'ok' : 'down', plugins })
  })

  const Params = Type.Object({ plugin: Type.String({ maxLength: 100, examples: ['state'] }) })
  const single = {
    tags,
    summary: 'Whether a plugin is well',
    params: Params,
    response: { 200: Status, 404: Status, 503: Status }
  }
  app.get<{ Params: { plugin: string } }>(
    '/readyz/:plugin',
    { ...route, schema: single },
    async (request, reply) => {
      const checked = await health.one(request.params.plugin)
      if (!checked) return reply.code(404).send({ status: 'unknown' })
      return reply.code(checked.status === 'ok' ? 200 : 503).send({ status: checked.status })
    }
  )
}

function cached<T>(question: () => Promise<T>): () => Promise<T> {
  let last: Promise<T> | undefined
  let until = 0
  return () => {
    const now = performance.now()
    if (!last || now >= until) {
      last = question()
      until = now + 500
    }
    return last
  }
}
