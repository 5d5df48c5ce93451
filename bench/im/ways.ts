import type { ProtocolName } from './protocols.ts'

/** A server that clients talk to. */
export interface Way {
  readonly url: string
  /** How many users it holds something for. */
  readonly users?: () => number
}

/** What is compared, by name; each is loaded in a process of its own. */
export const ways = {
  /** Bare `ws` that answers with what it is asked. */
  echo: async (): Promise<Way> => (await import('./raw.ts')).echo(),
  /** The same once more: how far it is from `echo` is the noise. */
  'echo again': async (): Promise<Way> => (await import('./raw.ts')).echo(),
  /** Bare `ws` that sends to others: to one what is for one, and to all one after the other. */
  ws: async (): Promise<Way> => (await import('./raw.ts')).relay(),
  'ws again': async (): Promise<Way> => (await import('./raw.ts')).relay(),
  /** Ready bytes to bare sockets. Nothing that Node runs can be below it. */
  floor: async (): Promise<Way> => (await import('./raw.ts')).floor(),
  'socket.io': async (): Promise<Way> => (await import('./socket-io.ts')).socketIo(),
  gateway: async (): Promise<Way> => (await import('./gateway.ts')).gateway()
}

export type WayName = keyof typeof ways

/** How the clients of a way speak. */
export function protocolOf(way: WayName): ProtocolName {
  if (way === 'gateway') return 'open-im'
  return way === 'socket.io' ? 'socket.io' : 'raw'
}
