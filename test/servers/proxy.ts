import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A wire between a client and a server that can be cut, or go silent. */
export interface Proxy extends AsyncDisposable {
  readonly port: number
  /** From now on nothing passes, either way, and no connection ends. */
  silence(): void
  /** Lets new connections through again; those that fell silent stay so. */
  heal(): void
  /** Ends all connections at once. */
  cut(): void
}

/** Starts a proxy on the loopback interface to a port of it. */
export async function startProxy(to: number): Promise<Proxy> {
  const pairs = new Set<readonly [Socket, Socket]>()
  let isSilent = false
  const server = createServer(near => {
    const far = connect(to, '127.0.0.1')
    const pair = [near, far] as const
    pairs.add(pair)
    for (const [from, other] of [pair, [far, near]] as const) {
      from.on('error', () => undefined)
      from.once('close', () => {
        other.destroy()
        pairs.delete(pair)
      })
    }
    if (isSilent) return
    near.pipe(far)
    far.pipe(near)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const end = (): void => {
    for (const [near, far] of pairs) {
      near.destroy()
      far.destroy()
    }
  }
  return {
    port: (server.address() as AddressInfo).port,
    silence() {
      isSilent = true
      for (const [near, far] of pairs) {
        near.unpipe().pause()
        far.unpipe().pause()
      }
    },
    heal: () => void (isSilent = false),
    cut: end,
    async [Symbol.asyncDispose]() {
      end()
      await new Promise(resolve => server.close(resolve))
    }
  }
}
