import type { FastifyBaseLogger } from 'fastify'

/** A logger that keeps `level: message` of every line. */
export function fakeLog(): FastifyBaseLogger & { readonly lines: string[] } {
  const lines: string[] = []
  const at = (level: string) => (_: unknown, message: string) => void lines.push(`${level}: ${message}`)
  const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal']
  const log = Object.fromEntries(levels.map(level => [level, at(level)]))
  return Object.assign(log, { lines }) as unknown as FastifyBaseLogger & { readonly lines: string[] }
}
