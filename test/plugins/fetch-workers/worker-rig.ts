import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import pino from 'pino'
import { Wheel, systemClock, type Clock } from '../../../src/core/index.ts'
import { workerKey } from '../../../src/plugins/fetch-workers/protocol/keys.ts'
import { FetchWorker, type WorkerOptions } from '../../../src/plugins/fetch-workers/worker/worker.ts'
import { Connections } from '../../../src/plugins/http-client/connections.ts'
import { exchangeOver } from '../../../src/plugins/http-client/exchange.ts'
import { here, settingsOf } from '../http-client/rig.ts'
import { secret } from './rig.ts'

/** An upstream on a free port of this machine. */
export interface Upstream extends AsyncDisposable {
  readonly port: number
  /** `<method> <url>` of what it got. */
  readonly seen: string[]
  /** Resolves when it has got so many requests. */
  until(requests: number): Promise<void>
}

export async function startUpstream(
  answer: (request: IncomingMessage, response: ServerResponse, body: Buffer) => void
): Promise<Upstream> {
  const seen: string[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      seen.push(`${request.method} ${request.url}`)
      answer(request, response, Buffer.concat(chunks))
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    until: async requests => {
      while (seen.length < requests) await new Promise(setImmediate)
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    }
  }
}

/** A real worker, for whom every name is this machine. */
export interface RunningWorker extends AsyncDisposable {
  readonly worker: FetchWorker
  readonly log: string[]
  /** Resolves when something holds. */
  until(test: () => boolean): Promise<void>
  logged(text: string): boolean
}

export function startWorker(
  gateway: string,
  options: Partial<Omit<WorkerOptions, 'clock'>> & { readonly clock?: Clock } = {}
): RunningWorker {
  const log: string[] = []
  const clock = options.clock ?? systemClock
  const wheel = new Wheel(clock)
  const connections = new Connections({
    settings: settingsOf({ internalHosts: ['127.0.0.1'] }),
    wheel,
    retried: () => undefined,
    lookup: here
  })
  const name = options.name ?? 'w1'
  const worker = new FetchWorker({
    gateway,
    name,
    kid: name,
    secret: workerKey(secret, name),
    hosts: ['*.example.edu'],
    maxInFlight: 8,
    target: exchangeOver(connections),
    log: pino({ level: 'trace' }, { write: (line: string) => void log.push(line) }),
    ...options,
    clock
  })
  worker.start()
  return {
    worker,
    log,
    logged: text => log.some(line => line.includes(text)),
    until: async test => {
      while (!test()) await new Promise(setImmediate)
    },
    async [Symbol.asyncDispose]() {
      await worker.stop(AbortSignal.abort())
      await connections.close()
      wheel.stop()
    }
  }
}
