import { setTimeout as sleep } from 'node:timers/promises'
import { serveParent } from '../child.ts'
import { ways, type WayName } from './ways.ts'

/** What the process of a server is started with. */
export interface ServerOptions {
  readonly way: WayName
}

/** What it holds, after a collection. */
export interface Holdings {
  readonly heapBytes: number
  readonly rssBytes: number
  /** By kind. */
  readonly handles: Readonly<Record<string, number>>
  readonly users: number
}

const { way } = JSON.parse(process.argv[2] ?? '') as ServerOptions
const { url, users } = await ways[way]()

serveParent(url, {
  cpuMicros: (): number => {
    const { user, system } = process.cpuUsage()
    return user + system
  },
  holdings: async (): Promise<Holdings> => {
    for (let time = 0; time < 3; time++) {
      globalThis.gc?.()
      await sleep(50)
    }
    const { heapUsed: heapBytes, rss: rssBytes } = process.memoryUsage()
    const handles: Record<string, number> = {}
    for (const kind of process.getActiveResourcesInfo()) handles[kind] = (handles[kind] ?? 0) + 1
    return { heapBytes, rssBytes, handles, users: users?.() ?? 0 }
  }
})
