import type { FastifyBaseLogger } from 'fastify'

export type FakeLog = FastifyBaseLogger & {
  readonly lines: string[]
  /** Resolves once there are so many lines. */
  until(lines: number): Promise<void>
}

/** A logger that keeps `level: message` of every line. */
export function fakeLog(): FakeLog {
  const lines: string[] = []
  const waiting = new Map<number, () => void>()
  const at = (level: string) => (_: unknown, message: string) => {
    lines.push(`${level}: ${message}`)
    waiting.get(lines.length)?.()
  }
  const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal']
  const log = Object.fromEntries(levels.map(level => [level, at(level)]))
  const until = (count: number): Promise<void> =>
    lines.length >= count ? Promise.resolve() : new Promise(resolve => void waiting.set(count, resolve))
  return Object.assign(log, { lines, until }) as unknown as FakeLog
}
