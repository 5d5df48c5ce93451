import type { FastifyInstance } from 'fastify'

const loopbackNames = ['127.0.0.1', 'localhost', '[::1]']

/**
 * Answers no page of another site: neither one that calls from a browser on this machine, nor one whose name
 * somebody's DNS points here. Whoever may call can log in as anybody.
 */
export function refuseOtherSites(app: FastifyInstance, host: string): void {
  const names = new Set([...loopbackNames, host])
  app.addHook('onRequest', (request, reply, done) => {
    const { origin } = request.headers
    const isOwn = origin === undefined || origin === `http://${request.host}`
    if (isOwn && names.has(request.hostname)) done()
    else void reply.code(403).send({ code: 'other-site' })
  })
}
