import type { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'

/** How long a caller may be silent while the rest of its body is awaited. */
const silenceMs = 5000

/**
 * Lets an early answer reach a caller that is still sending its body. Node closes a connection together with the last
 * answer on it, and what still arrives is met with a reset, which makes many clients drop the answer unread. So only
 * this side closes, and the rest is read and forgotten (RFC 9112 §9.6); Node's request timeout bounds it all.
 */
export function closeAfterBody(request: IncomingMessage): void {
  // Requests that are injected have no connection to close.
  if (request.complete || !(request.socket instanceof Socket)) return
  const { socket } = request
  const destroySoon = socket.destroySoon.bind(socket)
  socket.destroySoon = () => {
    if (request.complete) return destroySoon()
    request.once('end', destroySoon)
    socket.setTimeout(silenceMs)
    socket.end()
  }
}
