import cors from '@fastify/cors'
import { definePlugin, optional } from '../../core/index.ts'
import { ApiError, ApiErrors } from '../api-error/service.ts'
import { Config } from './config.ts'
import { Errors } from './errors.ts'
import { isForeignUpgrade, originProblems } from './origin.ts'

export default definePlugin({
  name: 'cors',
  description: 'Which other sites may call the gateway from a browser, and open sockets to it.',
  config: Config,
  needs: { errors: optional(ApiErrors) },
  scope: 'global',

  check({ origins, credentials }) {
    const problems = originProblems(origins)
    if (!credentials || !origins.includes('*')) return problems
    const hint = 'name the origins that may send credentials'
    return [...problems, { path: ['credentials'], message: "cannot go with the origin '*'", hint }]
  },

  async setup(app, { config, errors }) {
    errors?.define('cors', Errors)
    const allowed = new Set(config.origins)
    app.addHook('onRequest', (request, reply, done) => {
      if (!isForeignUpgrade(request, allowed)) return done()
      // Nothing closes the socket of an upgrade that does not take place.
      reply.header('connection', 'close').raw.once('finish', () => request.raw.socket.end())
      return done(new ApiError(Errors['cors.origin_refused']))
    })
    if (allowed.size === 0) return

    const answer = {
      origin: [...allowed],
      credentials: config.credentials,
      methods: config.methods,
      exposedHeaders: config.exposedHeaders,
      ...(config.allowedHeaders.length > 0 && { allowedHeaders: config.allowedHeaders }),
      maxAge: config.maxAgeS,
      strictPreflight: false
    }
    const noPreflight = { ...answer, preflight: false }
    await app.register(cors, {
      // An OPTIONS request that is no preflight is answered like any other method.
      delegator: ({ headers }, done) =>
        done(null, headers.origin && headers['access-control-request-method'] ? answer : noPreflight)
    })
  }
})
