/** A server that sends events to all who read it. */
export interface Way {
  readonly url: string
  readonly publish: (event: object) => void
}

/** What is compared, by name; each is loaded in a process of its own. */
export const ways = {
  /** The floor: a write of ready bytes to a bare socket, one a tick. Nothing that Node runs can be below it. */
  floor: async (): Promise<Way> => (await import('./raw.ts')).floor(),
  /** What one writes without thinking: each event is made into text and bytes again for every reader. */
  naive: async (): Promise<Way> => (await import('./raw.ts')).naive(),
  /** The same once more: how far it is from `naive` is the noise. */
  control: async (): Promise<Way> => (await import('./raw.ts')).naive(),
  /** The same with the bytes made once. */
  'bytes once': async (): Promise<Way> => (await import('./raw.ts')).bytesOnce(),
  'better-sse': async (): Promise<Way> => (await import('./libraries.ts')).betterSse(),
  '@fastify/sse': async (): Promise<Way> => (await import('./libraries.ts')).fastifySse(),
  'sse-hub': async (): Promise<Way> => (await import('./hub.ts')).hub()
}

export type WayName = keyof typeof ways
