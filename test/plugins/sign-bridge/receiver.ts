import { createServer, type IncomingHttpHeaders } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'

/** One request that a receiver of webhooks got. */
export interface Received {
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly json: Record<string, unknown>
}

export interface Receiver extends AsyncDisposable {
  readonly url: string
  readonly received: readonly Received[]
  /** The statuses of the next answers; `hang`: none comes. 204 when there are none left. */
  readonly answers: (number | 'hang')[]
  /** Resolves once so many requests have come in all. */
  until(requests: number): Promise<void>
}

/** A receiver of webhooks on a free port of loopback. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = []
  const answers: (number | 'hang')[] = []
  const waiting = new Map<number, () => void>()
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      received.push({ headers: request.headers, body, json: JSON.parse(body) as Record<string, unknown> })
      const answer = answers.shift() ?? 204
      if (answer !== 'hang') response.writeHead(answer, { location: '/elsewhere' }).end()
      waiting.get(received.length)?.()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/hook?token=in-the-url`,
    received,
    answers,
    until: requests =>
      received.length >= requests
        ? Promise.resolve()
        : new Promise(resolve => void waiting.set(requests, resolve)),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    }
  }
}
