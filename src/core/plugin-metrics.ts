import type { FastifyInstance } from 'fastify'
import type { Entry } from '../resolve/entry.ts'
import type { Metric } from './metric.ts'

/**
 * The metrics of all plugins. One that cannot tell its own is left out and logged; of two with one name the first counts,
 * since a page with both could not be read at all.
 */
export async function metricsOf(app: FastifyInstance, entries: readonly Entry[]): Promise<readonly Metric[]> {
  const asked = entries.map(async ({ id, meta, provides }): Promise<readonly Metric[]> => {
    try {
      const service: unknown = provides && app.getDecorator(provides)
      return (await meta?.metrics?.(service)) ?? []
    } catch (error) {
      app.log.warn({ plugin: id, err: error }, 'metrics cannot be told')
      return []
    }
  })
  const all = new Map<string, Metric>()
  for (const metric of (await Promise.all(asked)).flat()) {
    if (all.has(metric.name)) app.log.warn({ metric: metric.name }, 'two plugins have a metric of this name')
    else all.set(metric.name, metric)
  }
  return [...all.values()]
}
