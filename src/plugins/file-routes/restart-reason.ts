import type { FastifyContextConfig } from 'fastify'
import { isDeepStrictEqual } from 'node:util'
import type { App } from '../../core/index.ts'
import type { TokenAuth } from '../token-auth/service.ts'
import { isGuarded } from './add-route.ts'
import { declaredBy, type Declared, type LiveRoute } from './live-route.ts'
import { isObject } from './module-exports.ts'
import type { RouteFile } from './route-file.ts'

/** What is known of the routes that there are. */
export interface KnownRoutes {
  readonly app: App
  /** By path: those of the start, whose options other plugins have seen. */
  readonly routes: ReadonlyMap<string, LiveRoute>
  readonly tokenAuth: TokenAuth | undefined
}

const nothing: Declared = { config: {}, response: undefined }

/**
 * Why a file cannot be served before the next start: other plugins look at routes (to guard or to cache them, for two) when
 * these are added, and nothing is served without what it says it needs. `undefined`: it can.
 */
export function restartReason({ urls, endpoints }: RouteFile, known: KnownRoutes): string | undefined {
  for (const url of urls) {
    const route = known.routes.get(url)
    for (const [method, endpoint] of endpoints) {
      const upper = method.toUpperCase()
      const before = route?.declared.get(method)
      if (!isSame(declaredBy(endpoint), before ?? nothing))
        return before
          ? `its config or the schema of its answers has changed`
          : `its ${method} has a config or a schema of answers`
      if (before) continue
      if (isGuarded(known.tokenAuth, url)) return `${upper} ${url} is to be guarded`
      const isTaken = route
        ? route.others.includes(upper)
        : known.app.findRoute({ method: upper, url }) !== null
      if (isTaken) return `${upper} ${url} is answered by another route`
    }
  }
  return undefined
}

/** Whether other plugins would see the same; what only describes a route may change. */
function isSame(one: Declared, other: Declared): boolean {
  return isDeepStrictEqual(comparable(one), comparable(other))
}

function comparable({ config, response }: Declared): unknown {
  const { meta: _, related: __, ...rest }: FastifyContextConfig = config
  return withTexts({ rest, response })
}

/** Functions are others whenever their file is loaded anew: their texts are compared. */
function withTexts(value: unknown): unknown {
  if (typeof value === 'function') return String(value)
  if (Array.isArray(value)) return value.map(withTexts)
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withTexts(inner)]))
}
