import { once } from 'node:events'
import {
  Agent,
  createServer,
  get,
  request as ask,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse
} from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import type { Balancer } from './balancer.ts'

/** A load balancer for the nodes of a cluster, as nginx is with `proxy_next_upstream error` and a check of `/readyz`. */
export interface RoundRobin extends Balancer {
  /** What each node was given, by its URL; nodes that are gone included. */
  readonly given: ReadonlyMap<string, number>
  /** Requests that no node has answered: the proxy said 502 instead. */
  readonly failed: readonly string[]
  /** Resolves once every node that gets requests has been given so many. */
  spread(requests: number): Promise<void>
}

interface Node {
  readonly url: URL
  readonly agent: Agent
  readonly stop: AbortController
  ready: boolean
}

const checkMs = 50
/** Shorter than the gateway keeps idle connections (`server.keepAliveTimeoutMs`). */
const idleMs = 1_000
const ofOneHop = new Set(['connection', 'keep-alive', 'transfer-encoding'])

/**
 * Starts it on a free port of the loopback interface. Requests of one connection go to different nodes.
 * @param options `signing`: paths that another node is asked when one answers 503; default: those clients ask again
 */
export async function startRoundRobin(options: { readonly signing?: RegExp } = {}): Promise<RoundRobin> {
  const nodes: Node[] = []
  const given = new Map<string, number>()
  const failed: string[] = []
  const sockets = new Set<Socket>()
  const changed = new EventTarget()
  const change = (): boolean => changed.dispatchEvent(new Event('change'))
  /** Sockets have turns of their own: a client that makes so many requests before its socket as there are nodes is no rare case. */
  const turns = { request: 0, socket: 0 }

  const next = (kind: keyof typeof turns, tried: ReadonlySet<Node>): Node | undefined => {
    const able = nodes.filter(node => node.ready && !tried.has(node))
    if (tried.size === 0) turns[kind]++
    const node = able[turns[kind] % Math.max(1, able.length)]
    if (node) given.set(node.url.origin, (given.get(node.url.origin) ?? 0) + 1)
    if (node) change()
    return node
  }

  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    void buffer(request).then(
      body => forward(request, body, response),
      () => response.destroy()
    )
  })

  function forward(
    request: IncomingMessage,
    body: Buffer,
    response: ServerResponse,
    tried = new Set<Node>()
  ): void {
    const node = next('request', tried)
    if (!node) return refuse(request, response)
    const { method = 'GET', url: path = '/' } = request
    const call = ask(node.url, { agent: node.agent, method, path, headers: headersFor(request) })
    response.once('close', () => call.destroy())
    call.once('response', answer => {
      tried.add(node)
      const others = nodes.some(other => other.ready && !tried.has(other))
      if (answer.statusCode === 503 && others && options.signing?.test(path)) {
        answer.once('error', () => undefined).resume()
        return forward(request, body, response, tried)
      }
      response.writeHead(answer.statusCode ?? 502, withoutHop(answer.headers))
      response.flushHeaders()
      answer.once('error', () => response.destroy())
      answer.pipe(response)
    })
    call.once('error', (error: NodeJS.ErrnoException) => {
      if (response.headersSent || response.destroyed) return void response.destroy()
      const wasSent = error.code !== 'ECONNREFUSED'
      if (!wasSent) node.ready = false
      if (wasSent && method !== 'GET' && method !== 'HEAD') return refuse(request, response)
      forward(request, body, response, tried.add(node))
    })
    call.end(body)
  }

  function refuse({ method, url }: IncomingMessage, response: ServerResponse): void {
    failed.push(`${method} ${url}`)
    response.writeHead(502).end('no node has answered')
  }

  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) =>
    tunnel(request, socket, head)
  )

  function tunnel(request: IncomingMessage, socket: Socket, head: Buffer, tried = new Set<Node>()): void {
    const node = next('socket', tried)
    if (!node) return void socket.destroy()
    const far = connect(Number(node.url.port), node.url.hostname)
    far.once('error', () => {
      if (far.bytesWritten > 0) return
      node.ready = false
      tunnel(request, socket, head, tried.add(node))
    })
    far.once('connect', () => {
      const headers = Object.entries({ ...headersFor(request), connection: 'upgrade' })
      const lines = headers.map(([name, value]) => `${name}: ${String(value)}\r\n`).join('')
      far.write(`${request.method} ${request.url} HTTP/1.1\r\n${lines}\r\n`)
      far.write(head)
      far.pipe(socket).pipe(far)
      far.once('close', () => socket.destroy())
      socket.once('close', () => far.destroy()).once('error', () => far.destroy())
    })
  }

  async function check(node: Node): Promise<void> {
    while (!node.stop.signal.aborted) {
      // eslint-disable-next-line no-await-in-loop
      node.ready = (await isReady(node.url)) && !node.stop.signal.aborted
      change()
      // eslint-disable-next-line no-await-in-loop
      await wait(checkMs)
    }
  }

  const until = async (holds: () => boolean): Promise<void> => {
    // eslint-disable-next-line no-await-in-loop
    while (!holds()) await once(changed, 'change')
  }
  server.on('connection', socket => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    given,
    failed,
    async add(url) {
      const agent = new Agent({ keepAlive: true, timeout: idleMs })
      const node = { url: new URL(url), agent, stop: new AbortController(), ready: false }
      nodes.push(node)
      void check(node)
      await until(() => node.ready)
    },
    async remove(url) {
      const at = nodes.findIndex(node => node.url.origin === url)
      const [node] = nodes.splice(at, at < 0 ? 0 : 1)
      node?.stop.abort()
    },
    async spread(requests) {
      const before = new Map(given)
      const had = ({ url }: Node): number => (given.get(url.origin) ?? 0) - (before.get(url.origin) ?? 0)
      await until(() => nodes.every(node => !node.ready || had(node) >= requests))
    },
    async [Symbol.asyncDispose]() {
      for (const node of nodes) node.stop.abort()
      for (const socket of sockets) socket.destroy()
      await new Promise(resolve => server.close(resolve))
      for (const node of nodes) node.agent.destroy()
    }
  }
}

function headersFor({ headers, socket }: IncomingMessage): IncomingHttpHeaders {
  return { ...withoutHop(headers), 'x-forwarded-for': socket.remoteAddress ?? '' }
}

function withoutHop(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !ofOneHop.has(name)))
}

/** As a balancer asks: on a connection of its own, and without patience. */
function isReady(url: URL): Promise<boolean> {
  return new Promise(resolve => {
    const call = get(new URL('/readyz', url), { agent: false, timeout: 3_000 }, response => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    call.once('timeout', () => call.destroy())
    call.once('error', () => resolve(false))
  })
}
