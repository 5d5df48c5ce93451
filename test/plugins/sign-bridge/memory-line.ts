import type { Clock, Timer } from '../../../src/core/index.ts'
import type { Connect, Transport } from '../../../src/plugins/sign-bridge/transport.ts'
import type { Connection, SimulatedControl } from '../../../src/plugins/sign-simulator/control.ts'

export const reconnectMs = 100

/** A line to a simulated control without sockets: what is sent arrives in the next microtask, in order. */
export class MemoryLine {
  /** Every frame that a transport took, in order. */
  readonly handed: string[] = []
  /** How often `send` is to find the socket closing. */
  refuseSends = 0
  closeCalls = 0
  /** Whether the control knows no pings. */
  ignoresPings = false
  readonly #control: SimulatedControl
  readonly #clock: Clock
  #online = true
  #drop: (() => void) | undefined

  constructor(control: SimulatedControl, clock: Clock) {
    this.#control = control
    this.#clock = clock
  }

  /** Connections fail until `comeOnline`; the present one ends. */
  goOffline(): void {
    this.#online = false
    this.#drop?.()
  }

  comeOnline(): void {
    this.#online = true
  }

  readonly connect: Connect = events => {
    let connection: Connection | undefined
    let number = 0
    let paused = false
    let ended = false
    let timer: Timer | undefined

    const end = (reason?: string): void => {
      number++
      connection?.ended()
      connection = undefined
      if (reason) events.closed(reason)
      timer?.cancel()
      if (!ended) timer = this.#clock.after(reconnectMs, attempt)
    }
    const soon = (task: () => void): void => {
      const mine = number
      queueMicrotask(() => {
        if (mine === number && !ended) task()
      })
    }
    const attempt = (): void => {
      if (!this.#online) return end('ECONNREFUSED')
      const admission = this.#control.admit()
      if (admission.refusedWith) return end(`Unexpected server response: ${admission.refusedWith}`)
      number++
      paused = false
      events.opened()
      connection = admission.connect({
        send: frame => soon(() => events.received(typeof frame === 'string' ? frame : undefined)),
        sendPart: () => {
          throw new Error('This line has no fragments')
        },
        close: code => soon(() => end(`It closed the connection (${code})`)),
        cut: () => soon(() => end('ECONNRESET')),
        pause: () => void (paused = true)
      })
    }
    this.#drop = () => end('ECONNRESET')
    timer = this.#clock.after(0, attempt)
    return this.#transport({
      deliver: frame => soon(() => connection?.receive(frame)),
      open: () => connection !== undefined,
      pong: () => {
        if (!paused && !this.ignoresPings) soon(() => events.ponged())
      },
      end,
      finish: () => {
        ended = true
        timer?.cancel()
        connection?.ended()
      }
    })
  }

  #transport(line: {
    deliver(frame: string): void
    open(): boolean
    pong(): void
    end(): void
    finish(): void
  }): Transport {
    return {
      send: frame => {
        if (this.refuseSends > 0) this.refuseSends--
        else if (line.open()) {
          this.handed.push(frame)
          line.deliver(frame)
          return true
        }
        return false
      },
      ping: () => line.pong(),
      replace: () => line.end(),
      settled: () => {},
      close: async () => {
        this.closeCalls++
        line.finish()
      }
    }
  }
}
