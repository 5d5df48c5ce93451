import { connect } from 'node:net'

/** A client's WebSocket, as bare as it can be: thousands of them shall not be what is measured. */
export interface Line {
  send(text: string): void
  /** Resolves when the other side has let go too. */
  close(): Promise<void>
}

export interface LineOptions {
  readonly url: string
  /** Each address has ports for some 28,000 lines to one server. */
  readonly localAddress?: string
  /** Takes a frame; its bytes are good until this returns. */
  readonly hear: (frame: Buffer, line: Line) => void
  /** The other side has hung up, or this one. */
  readonly ended?: () => void
}

/** One for all lines: what is read is taken at once. */
const buffer = Buffer.alloc(65_536)
const opcode = { text: 1, close: 8, ping: 9, pong: 10 }

/** Resolves when the WebSocket is open. @throws {Error} when it is refused */
export function openLine({ url, localAddress = '127.0.0.1', hear, ended }: LineOptions): Promise<Line> {
  const { hostname: host, port, pathname, search } = new URL(url)
  return new Promise((resolve, reject) => {
    let isOpen = false
    let rest = Buffer.alloc(0)
    const write = (code: number, payload: Buffer): void => void socket.write(framed(code, payload))
    const take = (code: number, payload: Buffer): void => {
      if (code === opcode.text) hear(payload, line)
      else if (code === opcode.ping) write(opcode.pong, Buffer.from(payload))
      else if (code === opcode.close) socket.end()
    }
    const callback = (length: number): boolean => {
      const chunk = buffer.subarray(0, length)
      let bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
      if (!isOpen) {
        const end = bytes.indexOf('\r\n\r\n')
        if (end >= 0 && !bytes.includes('HTTP/1.1 101')) {
          reject(new Error(`refused: ${bytes.toString('latin1', 0, bytes.indexOf('\r\n'))}`))
          socket.destroy()
          return false
        }
        if (end >= 0) {
          isOpen = true
          bytes = bytes.subarray(end + 4)
          resolve(line)
        }
      }
      rest = Buffer.from(isOpen ? takeFrames(bytes, take) : bytes)
      return true
    }
    const socket = connect({
      host,
      port: Number(port),
      localAddress,
      noDelay: true,
      onread: { buffer, callback }
    })
    const closed = new Promise<void>(done => void socket.once('close', () => done()))
    const line: Line = {
      send: text => write(opcode.text, Buffer.from(text)),
      close() {
        socket.end(framed(opcode.close, Buffer.alloc(0)))
        return closed
      }
    }
    socket.on('error', reject)
    socket.once('close', () => ended?.())
    socket.write(
      `GET ${pathname}${search} HTTP/1.1\r\nhost: ${host}:${port}\r\nconnection: Upgrade\r\nupgrade: websocket\r\n` +
        'sec-websocket-version: 13\r\nsec-websocket-key: cGFpZmFuZy1iZW5jaC0xMg==\r\n\r\n'
    )
  })
}

/** Hands over all whole frames, and returns what is left. Servers send theirs without a mask and in one piece. */
function takeFrames(bytes: Buffer, take: (code: number, payload: Buffer) => void): Buffer {
  let at = 0
  while (bytes.length - at >= 2) {
    const short = bytes.readUInt8(at + 1)
    const head = short < 126 ? 2 : short === 126 ? 4 : 10
    if (bytes.length - at < head) break
    const length = head === 2 ? short : head === 4 ? bytes.readUInt16BE(at + 2) : bytes.readUIntBE(at + 4, 6)
    const end = at + head + length
    if (bytes.length < end) break
    take(bytes.readUInt8(at) & 0x0f, bytes.subarray(at + head, end))
    at = end
  }
  return bytes.subarray(at)
}

/** With a mask of zeros, which changes nothing. */
function framed(code: number, payload: Buffer): Buffer {
  const { length } = payload
  const head = Buffer.alloc(length < 126 ? 6 : length < 65_536 ? 8 : 14)
  head.writeUInt8(0x80 | code, 0)
  head.writeUInt8(0x80 | (length < 126 ? length : length < 65_536 ? 126 : 127), 1)
  if (length >= 65_536) head.writeUIntBE(length, 4, 6)
  else if (length >= 126) head.writeUInt16BE(length, 2)
  return Buffer.concat([head, payload])
}
