import type { Socket } from 'node:net'

/** How long a socket is held at most, milliseconds. Clients give up after a minute or so. */
const longestMs = 600_000

/** Sockets whose upgrade is not answered, so that whoever has opened them waits and does nothing. */
export class HeldSockets {
  readonly #sockets = new Set<Socket>()

  /** @param ended called when it has ended, from whichever side */
  hold(socket: Socket, ended: () => void): void {
    this.#sockets.add(socket)
    socket.setTimeout(longestMs, () => socket.destroy())
    socket.on('error', () => undefined)
    socket.once('close', () => {
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
