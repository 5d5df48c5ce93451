import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { sideListener, type App } from '../../core/index.ts'
import type { Metrics } from './service.ts'

/** Adds the page at the root of `app`. */
export function addPage(app: Pick<FastifyInstance, 'get'>, page: Metrics): void {
  app.get('/', async (_, reply) => {
    const text = await page.text()
    return reply.type(page.contentType).send(text)
  })
}

/** Opens a listener with nothing but `/metrics` when the gateway gets ready, and closes it with the gateway. */
export function openListener(
  app: App,
  page: Metrics,
  { host, port }: { readonly host: string; readonly port: number },
  log: FastifyBaseLogger
): void {
  const scraped = sideListener(app, 'metrics')
  void scraped.register(async child => addPage(child, page), { prefix: '/metrics' })
  app.addHook('onReady', async () => {
    const url = await scraped.listen({ host, port })
    log.info({ url }, 'metrics listener')
  })
}
