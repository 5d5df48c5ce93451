import { ServerResponse, type IncomingMessage, type Server } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from './plugin.ts'

/** A connection that asks to become a WebSocket. */
export interface Upgrade {
  readonly raw: IncomingMessage
  readonly socket: Socket
  /** What has been read of it already. */
  readonly head: Buffer
}

/** Answers what comes to the path. */
export interface UpgradeRoute {
  /** Who may connect, as `config.access` of a route has it. */
  readonly access: string
  /** @throws {ApiError} why there is no socket to be had; the error is answered as that of any route */
  check(request: FastifyRequest, reply: FastifyReply): void
  accept(request: FastifyRequest, upgrade: Upgrade): void
  /** A request that is no upgrade. @throws {ApiError} always */
  refuse(reply: FastifyReply): never
}

const ignore = (): void => undefined

/** Upgrades to one of the paths of a server, taken from the socket and not yet answered. */
interface Upgrades {
  readonly paths: Set<string>
  readonly waiting: WeakMap<IncomingMessage, Upgrade>
}

/** Plugins share the listener of a server: of two, each would leave what is nobody's to the other. */
const upgradesOf = new WeakMap<Server, Upgrades>()

/**
 * Opens WebSockets at `path`, for any number of plugins. Upgrades go through the hooks of the gateway like requests;
 * those of other paths, and those to anything but a WebSocket (`h2c`, which some HTTP clients offer with every
 * request), are answered as if there were no upgrades, unless somebody else listens for them.
 * @throws {Error} FST_ERR_DUPLICATED_ROUTE when the path is taken
 */
export function addUpgradeRoute(app: App, path: string, route: UpgradeRoute): void {
  const { paths, waiting } = listenFor(app)
  for (const url of path.endsWith('/') ? [path] : [path, `${path}/`]) {
    app.get(url, { config: { raw: true, upgrade: true, access: route.access } }, (request, reply) => {
      const upgrade = waiting.get(request.raw)
      if (!upgrade) route.refuse(reply)
      route.check(request, reply)
      takeOver(reply, upgrade.socket)
      route.accept(request, upgrade)
      return reply
    })
    paths.add(url)
  }
}

function listenFor(app: App): Upgrades {
  const { server } = app
  const listening = upgradesOf.get(server)
  if (listening) return listening
  const upgrades: Upgrades = { paths: new Set(), waiting: new WeakMap() }
  const onUpgrade = (raw: IncomingMessage, socket: Socket, head: Buffer): void => {
    const isOurs = isWebSocket(raw) && upgrades.paths.has(raw.url?.split('?', 1)[0] ?? '')
    if (!isOurs && server.listenerCount('upgrade') > 1) return
    socket.on('error', ignore)
    whenFree(socket, () => {
      if (!isOurs) return giveBack(server, raw, socket, head)
      upgrades.waiting.set(raw, { raw, socket, head })
      answerOn(app, raw, socket)
    })
  }
  server.prependListener('upgrade', onUpgrade)
  upgradesOf.set(server, upgrades)
  app.addHook('onClose', async () => {
    server.off('upgrade', onUpgrade)
    upgradesOf.delete(server)
  })
  return upgrades
}

function isWebSocket({ headers, method }: IncomingMessage): boolean {
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket'
}

/** Waits for the answer to the request before, if an upgrade was sent without waiting for it. */
function whenFree(socket: Socket, then: () => void): void {
  const { _httpMessage: before } = socket as Socket & { readonly _httpMessage?: ServerResponse | null }
  if (!before) return then()
  before.once('close', () => setImmediate(then))
}

/** Answers an upgrade as a request. Whatever the answer is, it is the last one on this connection. */
function answerOn(app: App, raw: IncomingMessage, socket: Socket): void {
  const response = new ServerResponse(raw)
  response.shouldKeepAlive = false
  response.assignSocket(socket)
  response.once('finish', () => {
    if (response.socket) socket.end()
  })
  // By then other listeners, which cannot know whose it is, have found the socket taken.
  process.nextTick(() => app.routing(raw, response))
}

/** Ends what Fastify has to do with the request, its line in the log included, so that nothing of it stays. */
function takeOver(reply: FastifyReply, socket: Socket): void {
  reply.hijack()
  const response = reply.raw
  response.detachSocket(socket)
  response.statusCode = 101
  response.emit('finish')
  socket.off('error', ignore)
}

/** Lets the server read the request once more, without its wish to become something else (RFC 9110 §7.8). */
function giveBack(server: Server, raw: IncomingMessage, socket: Socket, head: Buffer): void {
  const lines = [`${raw.method} ${raw.url} HTTP/${raw.httpVersion}`]
  for (let at = 0; at < raw.rawHeaders.length; at += 2) {
    const [name = '', value = ''] = raw.rawHeaders.slice(at, at + 2)
    if (/^(upgrade|http2-settings)$/i.test(name)) continue
    if (!/^connection$/i.test(name)) lines.push(`${name}: ${value}`)
    else
      lines.push(
        `${name}: ${value.replace(/(?:^|,)\s*(?:upgrade|http2-settings)\s*(?=,|$)/gi, '') || 'keep-alive'}`
      )
  }
  socket.off('error', ignore)
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]))
  server.emit('connection', socket)
}
