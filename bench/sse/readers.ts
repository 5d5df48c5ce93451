import { connect, type Socket } from 'node:net'
import { serveParent } from '../child.ts'
import { mark } from './event.ts'

/** What a process of readers is started with. */
export interface ReadersOptions {
  readonly urls: readonly string[]
  /** Readers of each. */
  readonly count: number
  /** Each address has ports for some 28,000 readers of one server. */
  readonly localAddress: string
}

const atOnce = 64
const sleepMs = 20
const lock = new Int32Array(new SharedArrayBuffer(4))

// Bare sockets, one buffer for all of them: the readers shall not be what is measured.
const { urls, count, localAddress } = JSON.parse(process.argv[2] ?? '') as ReadersOptions
/** By server. */
const events = urls.map(() => 0)
const buffer = Buffer.alloc(65_536)
let lost = 0

for (const [server, url] of urls.entries()) {
  let left = count
  const lane = async (): Promise<void> => {
    while (left-- > 0) await open(new URL(url), server)
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
}
sleepAndLook()
serveParent('connected', {
  events: () => events,
  /** Streams that ended. */
  lost: () => lost
})

/**
 * Sleeps between two looks at the sockets. Else many a write would also wake this process, at the expense of the server,
 * which pays nothing of the kind when its readers are elsewhere.
 */
function sleepAndLook(): void {
  Atomics.wait(lock, 0, 0, sleepMs)
  setImmediate(sleepAndLook)
}

/** Resolves when the first bytes have come. */
function open({ hostname: host, port }: URL, server: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const callback = (length: number): boolean => {
      resolve(socket)
      let marks = 0
      for (let at = 0; at < length; at++) if (buffer[at] === mark) marks++
      events[server] = (events[server] ?? 0) + marks
      return true
    }
    const socket = connect({ host, port: Number(port), localAddress, onread: { buffer, callback } })
    socket.on('error', reject)
    socket.on('close', () => lost++)
    socket.write('GET / HTTP/1.1\r\nhost: bench\r\naccept: text/event-stream\r\n\r\n')
  })
}
