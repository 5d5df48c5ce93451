import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A push as it arrived. */
export interface ReceivedPush {
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** What a receiver answers: a body, a status, or (`undefined`) nothing for ever. */
export type ReceiverAnswer = string | number | undefined

/** A server at which pushes arrive. */
export interface Receiver extends AsyncDisposable {
  readonly url: string
  readonly pushes: readonly ReceivedPush[]
}

/** Starts a server that keeps what arrives and answers as it is told, push by push; the last answer stays. */
export async function startReceiver(
  answer: (push: ReceivedPush, count: number) => ReceiverAnswer = () => 'success'
): Promise<Receiver> {
  const pushes: ReceivedPush[] = []
  const receive = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await read(request)
    const query = new URL(request.url ?? '', 'http://localhost').searchParams
    const push = { query, headers: request.headers, body }
    const answered = answer(push, pushes.push(push))
    if (typeof answered === 'number') response.writeHead(answered).end()
    else if (answered !== undefined) response.end(answered)
  }
  const server = await serve((request, response) => void receive(request, response))
  return { ...server, pushes }
}

/** Serves `listener` on a port of its own. The URL is that of a callback. */
export async function serve(listener: RequestListener): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/wechat_event`,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    }
  }
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}
