import type { FastifyInstance } from 'fastify'

/** What a person who started the gateway wants to see: what runs, where, and something to try. */
export function startReport(app: FastifyInstance, url: string, ms: number): string {
  const { plugins, server } = app.gateway
  const width = Math.max(...plugins.map(({ id }) => id.length), 0)
  const rows = plugins.map(plugin => `  ${plugin.id.padEnd(width)}  ${String(plugin.ms).padStart(5)} ms`)
  const there = server.tryIt.filter(line => isThere(app, line))
  const tries = there.map(line => `  ${line.replaceAll('{url}', url)}`)
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

/** Whether a route answers at the path that a line names: its plugin may be off, or at another path. */
function isThere(app: FastifyInstance, line: string): boolean {
  const [, path] = /\{url\}(\/[^\s'"?]*)/.exec(line) ?? []
  if (path === undefined) return true
  return app.gateway.addedRoutes.some(
    ({ options }) => !options.config?.upgrade && mayAnswer(options.url, path)
  )
}

/** Where a pattern has a parameter or a `*`, anything may be meant. */
function mayAnswer(pattern: string, path: string): boolean {
  const [parts, own] = [pattern.split('/'), path.split('/')]
  const open = parts.findIndex(part => part.includes('*'))
  const compared = open === -1 ? parts : parts.slice(0, open)
  if (open === -1 && parts.length !== own.length) return false
  return compared.every((part, index) => part.includes(':') || part === own[index])
}
