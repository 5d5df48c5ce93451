import type { LookupFunction } from 'node:net'
import type { Semaphore } from 'async-mutex'
import reconnecting from 'reconnecting-websocket'
import { WebSocket, type ClientOptions } from 'ws'
import type { Clock, Timer } from '../../core/index.ts'
import { backoffMs, type BackoffRange } from './backoff.ts'
import { connectFailure } from './connect-failure.ts'
import type { Transport, TransportEvents } from './transport.ts'

// Its types describe a module whose `default` is the class; what Node imports is the class itself.
const ReconnectingWebSocket = reconnecting as unknown as typeof reconnecting.default

export interface SocketOptions extends BackoffRange {
  readonly url: string
  readonly clock: Clock
  readonly random?: () => number
  /** How long the TCP, TLS and HTTP part of a connection may take. Default 5 s. */
  readonly openTimeoutMs?: number
  /** How long a peer may take to answer a close frame before the socket is destroyed. Default 0.5 s. */
  readonly closeTimeoutMs?: number
  /** How long TCP may be idle before the system asks whether the peer is there; at least 1 s. Default 15 s. */
  readonly keepAliveMs?: number
  /** Attempts that may be under way at the same time; shared by all devices. Default: any number. */
  readonly slots?: Semaphore
  /** PEM of the authorities that a `wss://` certificate is checked against. Default: those of Node. */
  readonly ca?: string | undefined
  /** Name that the certificate must be for. Default: the host of the URL. */
  readonly servername?: string | undefined
  readonly lookup?: LookupFunction
}

const maxPayload = 256 * 1024

/**
 * A WebSocket that reconnects by itself, through `reconnecting-websocket` over `ws`. What that library gets wrong is
 * put right here: it queues frames and sends them after a reconnect, ends the process when a connection cannot be
 * made in time, holds it up while it waits for the next attempt, stops for good when its URL cannot be had, and
 * neither pings nor terminates.
 * @throws {SyntaxError} when `url` is not one of a WebSocket
 */
export function openSocket(options: SocketOptions, events: TransportEvents): Transport {
  const { url, clock, random = Math.random, openTimeoutMs = 5_000, closeTimeoutMs = 500 } = options
  const { keepAliveMs = 15_000, slots, ca, servername, lookup } = options
  const clientOptions: ClientOptions & { closeTimeout: number; lookup?: LookupFunction } = {
    ...(ca !== undefined && { ca }),
    ...(servername !== undefined && { servername }),
    ...(lookup && { lookup }),
    handshakeTimeout: openTimeoutMs,
    closeTimeout: closeTimeoutMs,
    maxPayload,
    perMessageDeflate: false
  }
  let attempt = 0
  let waiting: Timer | undefined
  let socket: WebSocket | undefined
  /** The socket of which nothing more is to be heard. */
  let muted: WebSocket | undefined
  let failure: string | undefined
  let giveSlotBack: (() => void) | undefined
  let closed = false

  class DeviceSocket extends WebSocket {
    constructor(address: string) {
      super(address, clientOptions)
      // oxlint-disable-next-line typescript/no-this-alias -- the library never hands out the socket it made
      socket = this
      // Stays when the library takes its own listeners away: an error without a listener ends the process.
      this.on('error', (error: NodeJS.ErrnoException) => {
        failure = connectFailure(error)
      })
      const settle = giveSlotBack
      for (const event of ['open', 'close'] as const) this.once(event, () => settle?.())
      this.on('upgrade', ({ socket: tcp }) => tcp.setKeepAlive(true, Math.max(1_000, keepAliveMs)))
      this.on('pong', () => {
        if (this === socket && this !== muted && !closed) events.ponged()
      })
    }
  }

  // The wait before an attempt is here and not in the library, whose timers hold up the process. Never rejects.
  const nextUrl = (): Promise<string> =>
    new Promise(resolve => {
      const begin = async (): Promise<void> => {
        giveSlotBack = (await slots?.acquire())?.[1]
        if (closed) giveSlotBack?.()
        else resolve(url)
      }
      attempt++
      if (attempt === 1) void begin()
      else if (!closed) waiting = clock.after(backoffMs(attempt - 1, options, random), () => void begin())
    })

  assertWebSocketUrl(url)
  const connection = new ReconnectingWebSocket(nextUrl, undefined, {
    WebSocket: DeviceSocket,
    maxEnqueuedMessages: 0,
    minReconnectionDelay: 0,
    maxReconnectionDelay: 0,
    connectionTimeout: openTimeoutMs + 1_000,
    minUptime: 0
  })
  const audible = (): boolean => !closed && socket !== muted
  connection.binaryType = 'arraybuffer'
  connection.addEventListener('open', () => {
    failure = undefined
    if (audible()) events.opened()
  })
  connection.addEventListener('message', ({ data }: { data: unknown }) => {
    if (audible()) events.received(typeof data === 'string' ? data : undefined)
  })
  connection.addEventListener('close', ({ code }) => {
    if (audible()) events.closed(failure ?? `It closed the connection (${code})`)
  })

  return {
    send(frame) {
      if (!audible() || socket?.readyState !== WebSocket.OPEN) return false
      socket.send(frame)
      return true
    },
    ping() {
      if (audible() && socket?.readyState === WebSocket.OPEN) socket.ping()
    },
    replace() {
      muted = socket
      socket?.terminate()
    },
    settled() {
      attempt = 1
    },
    async close() {
      if (closed) return
      closed = true
      waiting?.cancel()
      connection.close(1001)
      if (socket && socket.readyState !== WebSocket.CLOSED) await ended(socket)
    }
  }
}

function ended(socket: WebSocket): Promise<void> {
  return new Promise(resolve => socket.once('close', () => resolve()))
}

function assertWebSocketUrl(url: string): void {
  const { protocol, hash } = new URL(url)
  if (!/^wss?:$/.test(protocol) || hash)
    throw new SyntaxError('The URL of a device is ws:// or wss:// and has no fragment')
}
