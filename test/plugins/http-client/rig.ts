import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import pino from 'pino'
import { Value } from 'typebox/value'
import type { FetchWorkers } from '../../../src/plugins/fetch-workers/service.ts'
import { UpstreamClient } from '../../../src/plugins/http-client/client.ts'
import { Config, type HttpSettings } from '../../../src/plugins/http-client/config.ts'
import type { Lookup } from '../../../src/plugins/http-client/connections.ts'
import { UpstreamError, type Http, type OpenOptions } from '../../../src/plugins/http-client/service.ts'
import { fakeClock, type FakeClock } from '../../../src/testing/index.ts'

/** What an upstream got. */
export interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

/** Answers a request, which is read to its end before. */
export type Script = (seen: Seen, response: ServerResponse) => void

/** Upstreams on one port of this machine, and a client whose clock stands still. */
export interface Rig extends AsyncDisposable {
  readonly client: UpstreamClient
  readonly http: Http
  readonly clock: FakeClock
  readonly seen: Seen[]
  readonly log: string[]
  readonly port: number
  /** The URL of a path at a host, all of which are here. */
  at(path: string, host?: string): string
  open(options?: OpenOptions): Http
  /** How a request failed. */
  failed(answer: Promise<unknown>): Promise<UpstreamError>
  count(name: string): number
  /** Resolves when the upstreams have seen so many requests. */
  until(requests: number): Promise<void>
}

export interface RigOptions {
  readonly settings?: Partial<HttpSettings>
  readonly workers?: FetchWorkers
  readonly lookup?: Lookup
}

/** The settings with their defaults. */
export function settingsOf(given: Partial<HttpSettings> = {}): HttpSettings {
  return { ...Value.Create(Config), ...given }
}

/** Every name is this machine. */
export const here: Lookup = (_, __, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }])

export async function startRig(script: Script, options: RigOptions = {}): Promise<Rig> {
  const seen: Seen[] = []
  const waiting: { requests: number; resolve: () => void }[] = []
  const answer: RequestListener = (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('error', () => undefined)
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      const one: Seen = { method, url, headers, body: Buffer.concat(chunks) }
      seen.push(one)
      for (const { requests, resolve } of waiting) if (seen.length >= requests) resolve()
      script(one, response)
    })
  }
  const server = createServer(answer)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const clock = fakeClock()
  const log: string[] = []
  const logger = pino({ level: 'trace' }, { write: (line: string) => void log.push(line) })
  const client = new UpstreamClient({
    settings: settingsOf({ internalHosts: ['127.0.0.1'], ...options.settings }),
    clock,
    log: logger,
    lookup: options.lookup ?? here,
    workers: options.workers
  })
  return {
    client,
    http: client.open(),
    clock,
    seen,
    log,
    port,
    at: (path, host = 'up.example.edu') => `http://${host}:${port}${path}`,
    open: given => client.open(given),
    failed: async call => {
      const error = await call.then(
        () => new Error('it did not fail'),
        (thrown: unknown) => thrown
      )
      if (error instanceof UpstreamError) return error
      throw error
    },
    count: name => client.status().counters[name] ?? Number.NaN,
    until: requests =>
      seen.length >= requests
        ? Promise.resolve()
        : new Promise(resolve => void waiting.push({ requests, resolve })),
    async [Symbol.asyncDispose]() {
      await client.close()
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    }
  }
}
