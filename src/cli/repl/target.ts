import type { FastifyInstance } from 'fastify'
import { LineError } from './line-error.ts'

/** A request as a target gets it. */
export interface ReplRequest {
  readonly method: string
  /** With its query, percent-encoded. */
  readonly path: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** What came back. Redirects are not followed. */
export interface ReplAnswer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** A route that a line may name. */
export interface ReplRoute {
  readonly method: string
  readonly url: string
}

/** The gateway that requests go to. */
export interface Target {
  /** For the prompt. */
  readonly name: string
  /** @throws anything when there is no answer */
  send(request: ReplRequest, signal: AbortSignal): Promise<ReplAnswer>
  /** The routes that are known. */
  routes(): readonly ReplRoute[]
}

/** Bytes of an answer that are read. */
const maxBytes = 5_242_880

/** A gateway in this process. */
export function localTarget(app: FastifyInstance): Target {
  return {
    name: 'local',
    async send({ method, path, headers, body }, signal) {
      const answer = await app.inject({
        method: method as 'GET',
        url: path,
        headers,
        signal,
        ...(body !== undefined && { payload: body })
      })
      return { status: answer.statusCode, headers: textsOf(answer.headers), body: answer.rawPayload }
    },
    routes: () => app.gateway.routes
  }
}

/**
 * A gateway elsewhere.
 * @param address its URL; a path in it comes before every route
 * @throws {LineError} for what is no such URL
 */
export function remoteTarget(address: string): Target {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
    throw new LineError('this is no address of a gateway, such as https://portal.example.edu')
  const base = url.origin + url.pathname.replace(/\/+$/, '')
  return {
    name: base.replace(/^https?:\/\//, ''),
    async send({ path, body, ...request }, signal) {
      const options = { ...request, redirect: 'manual', signal, ...(body !== undefined && { body }) } as const
      const answer = await fetch(base + path, options)
      return {
        status: answer.status,
        headers: Object.fromEntries(answer.headers),
        body: await bytesOf(answer)
      }
    },
    routes: () => []
  }
}

async function bytesOf(answer: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of answer.body ?? []) {
    length += chunk.byteLength
    if (length > maxBytes) throw new Error(`the answer has more than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function textsOf(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
}
