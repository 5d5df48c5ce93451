import sensible from '@fastify/sensible'
import type { FastifyRequest } from 'fastify'
import { isProduction, definePlugin, labelled } from '../../core/index.ts'
import { addCatalogueRoute } from './catalogue-route.ts'
import { Catalogue } from './catalogue.ts'
import { Config } from './config.ts'
import { makeDialects } from './dialects/index.ts'
import { failureRenderer, refuseUnknownRoute } from './failure.ts'
import { httpEntry } from './http-statuses.ts'
import { pickLocale } from './locale.ts'
import { answerMalformedHttp, lacksHost } from './malformed-http.ts'
import { Outcomes } from './outcomes.ts'
import { Selection } from './selection.ts'
import {
  ApiError,
  ApiErrors,
  type CatalogueEntry,
  type HandlerWrap,
  type RelatedSource,
  type ValueTransform
} from './service.ts'
import { wrapHandler } from './wrap.ts'

export default definePlugin({
  name: 'api-error',
  description: 'Answers and failures in one of five dialects, and a catalogue of all errors.',
  config: Config,
  provides: ApiErrors,
  scope: 'global',

  check({ docsUrl }) {
    if (docsUrl === undefined || URL.canParse(docsUrl)) return []
    return [{ path: ['docsUrl'], message: 'is not a URL', hint: 'write it with its scheme: https://…' }]
  },

  async setup(app, { config, log }) {
    await app.register(sensible)
    const debug = config.debug && !isProduction(app)
    const { locale } = config
    const catalogue = new Catalogue()
    const selection = new Selection(makeDialects(config), config)
    const transforms: ValueTransform[] = []
    const wraps: HandlerWrap[] = []
    const sources: RelatedSource[] = []
    const failures = new WeakMap<FastifyRequest, CatalogueEntry>()
    const counts = new Outcomes()

    app.addHook('onRequest', (request, reply, done) => {
      reply.header('x-request-id', request.id)
      if (lacksHost(request.raw)) done(new ApiError(httpEntry(400), { headers: { connection: 'close' } }))
      else done()
    })
    app.addHook('onRoute', function (route) {
      for (const wrap of wraps) route.handler = wrap.call(this, route) ?? route.handler
      const choice = selection.decide(this, route)
      // A handler of sockets returns nothing to render.
      if (Reflect.get(route, 'websocket') === true) return
      route.handler = wrapHandler(route, choice, { selection, transforms, sources, debug })
    })
    app.setErrorHandler(failureRenderer({ catalogue, selection, sources, failures, counts, locale, debug }))
    app.setNotFoundHandler(refuseUnknownRoute)
    answerMalformedHttp(app.server, { dialect: selection.default, locale, log })
    addCatalogueRoute(app, catalogue)

    return {
      define: (owner, entries) => catalogue.define(owner, entries),
      catalogue: () => catalogue.list(),
      kindsOf: owner => catalogue.list(owner),
      transform: transform => void transforms.push(transform),
      around: wrap => void wraps.push(wrap),
      relate: source => void sources.push(source),
      dialectFor: (scope, dialect) => selection.setDefault(scope, dialect),
      answersOf: route => selection.answersOf(route),
      failureOf: request => failures.get(request),
      failureCounts: () => counts.snapshot(),
      localeOf: request => pickLocale(request.headers['accept-language'], locale)
    }
  },

  metrics: errors => [
    labelled('paifang_failures_total', 'Failures that were answered', 'key', errors.failureCounts())
  ]
})
