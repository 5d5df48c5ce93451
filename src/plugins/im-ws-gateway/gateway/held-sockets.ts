import type { Socket } from 'node:net'
import type { Wheel } from '../../../core/index.ts'

/** How long a socket is held at most, milliseconds. Clients give up after a minute or so. */
const longestMs = 600_000

/** Sockets whose upgrade is not answered, so that whoever has opened them waits and does nothing. */
export class HeldSockets {
  readonly #wheel: Wheel
  readonly #sockets = new Set<Socket>()

  constructor(wheel: Wheel) {
    this.#wheel = wheel
  }

  /** @param ended called when it has ended, from whichever side */
  hold(socket: Socket, ended: () => void): void {
    if (socket.destroyed) return ended()
    const deadline = { dueAt: 0, slot: -1, due: () => void socket.destroy() }
    this.#wheel.schedule(deadline, this.#wheel.now() + longestMs)
    this.#sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => {
      this.#wheel.cancel(deadline)
      this.#sockets.delete(socket)
      ended()
    })
    // What is not read would hide its end.
    socket.resume()
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy()
  }
}
