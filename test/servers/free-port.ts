import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/** Below the ports that systems give to connections that go out: one of these is still free when a server comes back to it. */
const range = { from: 20_000, to: 32_000 }
const tries = 100

/**
 * A port of the loopback interface that nobody listens on just now.
 * @throws {Error} when none is found
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < tries; attempt++) {
    const port = randomInt(range.from, range.to)
    // One after the other, until one is free.
    // eslint-disable-next-line no-await-in-loop
    if (await isFree(port)) return port
  }
  throw new Error(`no free port from ${range.from} to ${range.to}`)
}

function isFree(port: number): Promise<boolean> {
  const server = createServer()
  return new Promise(resolve => {
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
