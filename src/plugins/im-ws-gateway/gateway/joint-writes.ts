import type { Writable } from 'node:stream'

/** More than this at a time is handed over as it is. A socket that does not take all keeps so much memory at most. */
const sizeBytes = 16_384

/** Hands frames to sockets, several at a time: as one piece, for which the system and Node ask less than for several. */
export class JointWrites {
  /** What all sockets are written from, one after the other. */
  #buffer = Buffer.allocUnsafeSlow(sizeBytes)

  /** Writes the frames from `from` up to, but not with, `to`, which have `bytes` in all. */
  write(socket: Writable, frames: readonly Buffer[], from: number, to: number, bytes: number): void {
    if (to - from === 1) socket.write(frames[from])
    else if (bytes > sizeBytes || socket.writableLength > 0) {
      socket.cork()
      for (let index = from; index < to; index++) socket.write(frames[index])
      socket.uncork()
    } else {
      const end = this.#copy(frames, from, to)
      socket.write(this.#buffer.subarray(0, end))
      // The system has not taken all of it at once: the rest will be read from there.
      if (socket.writableLength > 0) this.#buffer = Buffer.allocUnsafeSlow(sizeBytes)
    }
  }

  #copy(frames: readonly Buffer[], from: number, to: number): number {
    let at = 0
    for (let index = from; index < to; index++) {
      const frame = frames[index] as Buffer
      this.#buffer.set(frame, at)
      at += frame.length
    }
    return at
  }
}
