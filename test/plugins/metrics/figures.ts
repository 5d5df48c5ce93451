import type { FastifyInstance } from 'fastify'
import type { Metric } from '../../../src/core/index.ts'

/**
 * What metrics say, by name and labels as on the page: `paifang_x_total{outcome="ok"}`. What is 0 is left out. Of what is
 * timed, how often it was.
 */
export function figuresOf(metrics: readonly Metric[]): Record<string, number> {
  const entries = metrics.flatMap(({ name, samples }) =>
    samples.map(({ labels, value }) => {
      const text = Object.entries(labels).map(([label, of]) => `${label}="${of}"`)
      const count = typeof value === 'number' ? value : value.count
      const full = typeof value === 'number' ? name : `${name}_count`
      return [text.length > 0 ? `${full}{${text.join()}}` : full, count] as const
    })
  )
  return Object.fromEntries(entries.filter(([, value]) => value !== 0))
}

/** The same of all plugins of a gateway, as far as the names begin so. */
export async function figures(app: FastifyInstance, prefix: string): Promise<Record<string, number>> {
  const metrics = await app.gateway.metrics()
  return figuresOf(metrics.filter(({ name }) => name.startsWith(prefix)))
}
