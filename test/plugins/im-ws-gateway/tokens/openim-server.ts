import { createHmac } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request as the server sees it. */
export interface Seen {
  readonly method: string | undefined
  readonly path: string | undefined
  readonly headers: IncomingMessage['headers']
  readonly body: Readonly<Record<string, unknown>>
}

export type Answer = (seen: Seen, response: ServerResponse) => unknown

/** Stands in for an OpenIM server: what the script returns is sent as JSON, unless it answers itself. */
export interface OpenImServer extends AsyncDisposable {
  readonly url: string
  readonly seen: Seen[]
  /** Answers from now on. */
  script: Answer
  /** Resolves when so many requests have come in all. */
  requests(count: number): Promise<void>
}

export async function startOpenIm(script: Answer): Promise<OpenImServer> {
  const waiting: { readonly count: number; readonly resolve: () => void }[] = []
  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve))
  const openIm: OpenImServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen: [],
    script,
    requests: count =>
      new Promise(resolve => {
        if (openIm.seen.length >= count) resolve()
        else waiting.push({ count, resolve })
      }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => void server.close(resolve))
    }
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url: path, headers } = request
    let text = ''
    for await (const chunk of request) text += String(chunk)
    const seen = { method, path, headers, body: JSON.parse(text) as Seen['body'] }
    openIm.seen.push(seen)
    for (const { count, resolve } of waiting) if (openIm.seen.length >= count) resolve()
    const value = await openIm.script(seen, response)
    if (value !== undefined) response.setHeader('content-type', 'application/json').end(JSON.stringify(value))
  }
  return openIm
}

/** A JWT of an OpenIM server, which alone knows the secret. */
export function foreignToken(claims: object): string {
  const parts = [{ alg: 'HS256', typ: 'JWT' }, claims]
  const text = parts.map(part => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  return `${text}.${createHmac('sha256', 'of the server').update(text).digest('base64url')}`
}
