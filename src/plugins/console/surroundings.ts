import type { RouteOptions } from 'fastify'
import type { AddedRoute } from '../../core/index.ts'

/** A page to go to. */
export interface Link {
  /** A path of the gateway, or a URL. */
  readonly href: string
  readonly name: 'scan' | 'chat' | 'phone' | 'reference' | 'openapi' | 'errors' | 'ready'
}

/** A call that does no harm. */
export interface Trial {
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** What it does, in the words of the route. */
  readonly summary: string | undefined
  /** Sent as it is. */
  readonly body?: string
}

/** A route as the page lists it. */
export interface RouteRow {
  readonly method: string
  readonly url: string
  readonly plugin: string | undefined
  readonly access: string | undefined
  readonly summary: string | undefined
}

/** What lies around the console: it is the same from the start on. */
export interface Surroundings {
  readonly links: readonly Link[]
  readonly trials: readonly Trial[]
  readonly routes: readonly RouteRow[]
}

/**
 * Looks around among the routes of the gateway.
 * @param phone address of the page with the simulated phone
 * @param sealed a body for `POST /getCode`; `undefined` where a real card might sign it
 */
export function lookAround(
  added: readonly AddedRoute[],
  phone: string | undefined,
  sealed: string | undefined
): Surroundings {
  const routes = added.map(({ options }) => options).filter(({ method }) => method !== 'HEAD')
  return {
    links: linksTo(routes, phone),
    trials: [
      ...routes.filter(isHarmless).map(trialOf),
      ...routes.flatMap(route => sealedTrial(route, sealed))
    ],
    routes: routes.map(route => ({
      method: [route.method].flat().join(', '),
      url: route.url,
      plugin: route.config?.plugin,
      access: route.config?.access,
      summary: summaryOf(route)
    }))
  }
}

function linksTo(routes: readonly RouteOptions[], phone: string | undefined): Link[] {
  const isReference = ({ url, config }: RouteOptions): boolean =>
    config?.plugin === 'openapi' && routes.some(each => each.url === `${url}/reference.js`)
  const known = [
    ['scan', ({ url }: RouteOptions) => url === '/v1/scan/demo'],
    ['chat', ({ url }: RouteOptions) => url === '/demo/chat'],
    ['reference', isReference],
    ['openapi', ({ config }: RouteOptions) => config?.plugin === 'openapi'],
    ['errors', ({ url }: RouteOptions) => url === '/_errors'],
    ['ready', ({ url }: RouteOptions) => url === '/readyz']
  ] as const
  const links = known.flatMap(([name, fits]): Link[] => {
    const route = routes.find(each => isGet(each) && fits(each))
    return route ? [{ name, href: route.url }] : []
  })
  return phone === undefined ? links : [...links, { name: 'phone', href: phone }]
}

/** A route to read something at, without parameters in its path, that says what it does. */
function isHarmless(route: RouteOptions): boolean {
  return isGet(route) && !/[:*]/.test(route.url) && summaryOf(route) !== undefined
}

function trialOf(route: RouteOptions): Trial {
  return { method: 'GET', path: route.url, summary: summaryOf(route) }
}

function sealedTrial(route: RouteOptions, body: string | undefined): Trial[] {
  if (body === undefined || route.url !== '/getCode' || ![route.method].flat().includes('POST')) return []
  return [{ method: 'POST', path: route.url, summary: summaryOf(route), body }]
}

function isGet({ method }: RouteOptions): boolean {
  return [method].flat().includes('GET')
}

function summaryOf({ schema, config }: RouteOptions): string | undefined {
  const { summary } = Object(schema) as { readonly summary?: unknown }
  if (typeof summary === 'string') return summary
  // The parameters come first, in braces.
  return config?.meta?.replace(/^\s*\{[^}]*\}\s*/, '') || undefined
}
