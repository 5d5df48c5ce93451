import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { WebSocketServer, type ServerOptions, type WebSocket } from 'ws'
import type { Clock } from '../../../src/core/index.ts'
import { openSocket, type SocketOptions } from '../../../src/plugins/sign-bridge/socket.ts'
import type { Transport, TransportEvents } from '../../../src/plugins/sign-bridge/transport.ts'
import { fakeClock, type FakeClock } from '../../../src/testing/index.ts'

/** Something that happened to a transport, as `opened`, `received: hello`, `closed: ECONNREFUSED`. */
export interface Heard extends TransportEvents {
  readonly events: readonly string[]
  note(event: string): void
  /** Resolves once the event has happened so often in all. */
  until(event: string, times?: number): Promise<void>
}

export function listen(): Heard {
  const events: string[] = []
  let waiting: { event: string; times: number; resolve: () => void }[] = []
  const happened = (event: string, times: number): boolean =>
    events.filter(one => one.startsWith(event)).length >= times
  const note = (event: string): void => {
    events.push(event)
    const due = waiting.filter(one => happened(one.event, one.times))
    waiting = waiting.filter(one => !due.includes(one))
    for (const { resolve } of due) resolve()
  }
  return {
    events,
    note,
    until: (event, times = 1) =>
      happened(event, times)
        ? Promise.resolve()
        : new Promise(resolve => void waiting.push({ event, times, resolve })),
    opened: () => note('opened'),
    received: text => note(`received: ${text ?? '(binary)'}`),
    ponged: () => note('ponged'),
    closed: reason => note(`closed: ${reason}`),
    heldElsewhere: () => note('held elsewhere')
  }
}

/** A WebSocket server on a free port of loopback. */
export async function serve(
  options: ServerOptions = {}
): Promise<WebSocketServer & { readonly url: string }> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, ...options })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return Object.assign(server, { url: `ws://127.0.0.1:${port}` })
}

/** Ends a server and whoever is connected. */
export async function end(server: WebSocketServer): Promise<void> {
  for (const client of server.clients) client.terminate()
  await new Promise(resolve => server.close(resolve))
}

/** The next client of a server. */
export async function nextClient(server: WebSocketServer): Promise<WebSocket> {
  const [client] = (await once(server, 'connection')) as [WebSocket]
  return client
}

export interface Opened {
  readonly transport: Transport
  readonly heard: Heard
  readonly clock: FakeClock
}

/** A transport with a clock that stands still: each further attempt is heard as `waits`, and waits for `advance`. */
export function open(url: string, options: Partial<SocketOptions> = {}): Opened {
  const [heard, clock] = [listen(), fakeClock()]
  const listening: Clock = {
    ...clock,
    after(delayMs, task) {
      heard.note(`waits: ${delayMs}`)
      return clock.after(delayMs, task)
    }
  }
  const range = { reconnectMinMs: 1_000, reconnectMaxMs: 8_000, random: () => 0.5 }
  return { transport: openSocket({ url, clock: listening, ...range, ...options }, heard), heard, clock }
}
