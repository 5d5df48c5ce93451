import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer, type WebSocket } from 'ws'
import { createCardKey, type Algorithm, type CardKey } from './card-key.ts'
import { SimulatedControl, type Admission, type ControlOptions } from './control.ts'
import type { Link } from './peer.ts'

/** What a simulated device is started with. */
export interface SignSimulatorOptions extends Partial<ControlOptions> {
  /** Default 127.0.0.1. */
  readonly host?: string
  /** Default 0: any free port. */
  readonly port?: number
  /** Default `/`: every path. */
  readonly path?: string
  /** Kind of the key that is made when no `key` is given. Default `rsa`. */
  readonly algorithm?: Algorithm
}

/** A simulated device that listens. */
export interface SimulatedDevice extends AsyncDisposable {
  /** `ws://` and host, port and path. The port stays the same for the life of the device. */
  readonly url: string
  readonly key: CardKey
  /** Everything else that can be watched and changed while it runs. */
  readonly control: SimulatedControl
  /** Cuts all connections and stops listening, as when the host is switched off. */
  goOffline(): Promise<void>
  /** Listens again, on the same port. */
  comeOnline(): Promise<void>
  /** Ends it. May be called twice. */
  close(): Promise<void>
}

const maxFrameBytes = 1024 * 1024

/**
 * Starts a WebSocket server that behaves like the e-port control 1.5 with one card.
 * @throws {Error} with `code` `EADDRINUSE` and the like when it cannot listen
 */
export async function startSignSimulator(options: SignSimulatorOptions = {}): Promise<SimulatedDevice> {
  const { host = '127.0.0.1', path = '/', algorithm = 'rsa' } = options
  const key = options.key ?? (await createCardKey({ algorithm }))
  const control = new SimulatedControl({ ...options, key })
  let listener: Listener | undefined = await listen(control, host, options.port ?? 0, path)
  const { port } = listener

  const goOffline = async (): Promise<void> => {
    const closing = listener
    listener = undefined
    await closing?.close()
  }
  return {
    url: `ws://${host.includes(':') ? `[${host}]` : host}:${port}${path === '/' ? '' : path}`,
    key,
    control,
    goOffline,
    comeOnline: async () => void (listener ??= await listen(control, host, port, path)),
    close: goOffline,
    [Symbol.asyncDispose]: goOffline
  }
}

interface Listener {
  readonly port: number
  close(): Promise<void>
}

/** Listens with an HTTP server of its own: the one that ws makes waits for connections that never say a word. */
async function listen(
  control: SimulatedControl,
  host: string,
  port: number,
  path: string
): Promise<Listener> {
  const http = createServer((_, response) => void response.writeHead(426).end())
  http.listen(port, host)
  await once(http, 'listening')
  const admissions = new WeakMap<IncomingMessage, Admission>()
  const sockets = new WebSocketServer({
    server: http,
    ...(path !== '/' && { path }),
    maxPayload: maxFrameBytes,
    verifyClient: ({ req }, answer) => {
      const admission = control.admit()
      admissions.set(req, admission)
      answer(admission.refusedWith === undefined, admission.refusedWith)
    }
  })
  sockets.on('connection', (socket, request) => serve(socket, admissions.get(request)))
  return {
    port: (http.address() as AddressInfo).port,
    async close() {
      const closed = once(http, 'close')
      http.close()
      http.closeAllConnections()
      for (const client of sockets.clients) client.terminate()
      await closed
    }
  }
}

function serve(socket: WebSocket, admission: Admission | undefined): void {
  const connection = admission?.connect(linkTo(socket))
  socket.on('message', (data: Buffer, isBinary) => connection?.receive(isBinary ? data : data.toString()))
  socket.on('close', () => connection?.ended())
  // ws closes the connection itself; without a listener the process would end.
  socket.on('error', () => {})
}

function linkTo(socket: WebSocket): Link {
  return {
    send: frame => socket.send(frame),
    sendPart: (part, last) => socket.send(part, { binary: false, fin: last }),
    close: (code, reason) => socket.close(code, reason),
    cut: () => socket.terminate(),
    pause: () => socket.pause()
  }
}
