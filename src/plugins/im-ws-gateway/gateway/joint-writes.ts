import type { Writable } from 'node:stream'

/** What is longer goes out as it is. */
const roomBytes = 16_384

/** Hands frames to sockets, several at a time: as one piece, for which the system and Node ask less than for several. */
export class JointWrites {
  /** What all sockets are written from, one after the other. */
  #room = Buffer.allocUnsafeSlow(roomBytes)

  /** Writes the frames from `from` up to, but not with, `to`, which have `bytes` in all. Each comes in pieces. */
  write(
    socket: Writable,
    frames: readonly (readonly Buffer[])[],
    from: number,
    to: number,
    bytes: number
  ): void {
    const [first, second] = frames[from] ?? []
    if (to - from === 1 && !second) socket.write(first)
    else if (bytes > roomBytes || socket.writableLength > 0) {
      socket.cork()
      for (let index = from; index < to; index++) for (const piece of frames[index] ?? []) socket.write(piece)
      socket.uncork()
    } else {
      if (bytes > this.#room.length) this.#room = Buffer.allocUnsafeSlow(roomBytes)
      this.#copy(frames, from, to)
      socket.write(this.#room.subarray(0, bytes))
      // The system has not taken all of it at once: the rest will be read from there.
      if (socket.writableLength > 0) this.#room = this.#room.subarray(bytes)
    }
  }

  #copy(frames: readonly (readonly Buffer[])[], from: number, to: number): void {
    let at = 0
    for (let index = from; index < to; index++)
      for (const piece of frames[index] ?? []) {
        this.#room.set(piece, at)
        at += piece.length
      }
  }
}
