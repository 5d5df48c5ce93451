import type { FastifyInstance } from 'fastify'

/** What a person who started the gateway wants to see: what runs, where, and something to try. */
export function startReport(app: FastifyInstance, url: string, ms: number): string {
  const { plugins, server } = app.gateway
  const width = Math.max(...plugins.map(({ id }) => id.length), 0)
  const rows = plugins.map(plugin => `  ${plugin.id.padEnd(width)}  ${String(plugin.ms).padStart(5)} ms`)
  const tries = server.tryIt.map(line => `  ${line.replaceAll('{url}', url)}`)
  const count = plugins.length === 1 ? '1 plugin' : `${plugins.length} plugins`
  const lines = [
    '',
    `Paifang started ${count} in ${ms} ms`,
    ...rows,
    '',
    `Listening on ${url}  (Ctrl-C stops it)`,
    ...(tries.length > 0 ? ['', 'Try it from another terminal:', ...tries] : []),
    ''
  ]
  return `${lines.join('\n')}\n`
}
