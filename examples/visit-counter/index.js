// @ts-check
import { definePlugin, service, State, Type } from 'paifang'

/**
 * What other plugins may ask of visit-counter.
 * @typedef {{ visits(route: string): Promise<number> }} VisitCounter
 */

/** @type {import('paifang').Service<VisitCounter>} */
export const VisitCounter = service('visitCounter')

const Params = Type.Object({ '*': Type.String({ maxLength: 200 }) })
const Answer = Type.Object({ route: Type.String(), visits: Type.Integer() })

export default definePlugin({
  name: 'visit-counter',
  description: 'Counts the visits of every route.',
  // Its hook must see the requests of other plugins.
  scope: 'global',
  config: Type.Object({
    keepMs: Type.Integer({
      description: 'How long a count is kept, in milliseconds.',
      default: 86_400_000,
      minimum: 1
    })
  }),
  needs: { state: State },
  provides: VisitCounter,
  setup(app, { config, log, state }) {
    /** @param {string} route */
    const keyOf = route => `visit-counter:${route}`
    app.addHook('onResponse', (request, _reply, done) => {
      const route = request.routeOptions.url
      done()
      if (!route) return
      state
        .increment(keyOf(route), { ttlMs: config.keepMs })
        .catch(error => log.warn({ err: error }, 'not counted'))
    })

    /** @param {string} route */
    const visits = async route => Number((await state.get(keyOf(route))) ?? 0)
    app.get('/visits/*', { schema: { params: Params, response: { 200: Answer } } }, async request => {
      const route = `/${request.params['*']}`
      return { route, visits: await visits(route) }
    })
    return { visits }
  }
})
