import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import { expect } from 'vitest'
import { createGateway, StartupError, type GatewayOptions } from '../../src/core/index.ts'
import { entryOf } from '../../src/resolve/entry.ts'

/** One log line, as JSON. */
export type LogLine = Readonly<Record<string, unknown>>

/** A place for log lines that remembers them. */
export function logLines(): { readonly lines: LogLine[]; write(line: string): void } {
  const lines: LogLine[] = []
  return { lines, write: line => void lines.push(JSON.parse(line) as LogLine) }
}

/** A configuration that names these plugins, in this order. */
export function configOf(plugins: readonly FastifyPluginAsync<never>[], server: object = {}): object {
  const entries = plugins.map(use => [entryOf(use.name, use as FastifyPluginAsync).name, { use }])
  return { server: { logLevel: 'silent', ...server }, plugins: Object.fromEntries(entries) }
}

/** Starts a gateway with these plugins and nothing from the environment. */
export function gatewayOf(
  plugins: readonly FastifyPluginAsync<never>[],
  server: object = {},
  options: GatewayOptions = {}
): Promise<FastifyInstance> {
  return createGateway({ config: configOf(plugins, server), env: {}, ...options })
}

/** The error with which a start fails. */
export async function failureOf(start: Promise<FastifyInstance>): Promise<StartupError> {
  const error: unknown = await start.then(
    app => app.close().then(() => 'it started'),
    (reason: unknown) => reason
  )
  expect(error).toBeInstanceOf(StartupError)
  return error as StartupError
}

/** The problems of an error, in short: `code where`. */
export function problemsOf({ problems }: Pick<StartupError, 'problems'>): string[] {
  return problems.map(({ code, where }) => `${code} ${where}`)
}
