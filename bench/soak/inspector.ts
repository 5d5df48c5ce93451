import { once } from 'node:events'
import { WebSocket } from 'ws'

interface Reply {
  readonly id?: number
  readonly result?: { readonly result?: { readonly value?: unknown } }
  readonly error?: { readonly message: string }
  readonly method?: string
  readonly params?: { readonly chunk?: string }
}

/** What the process holds, after a collection of garbage. */
export interface Holdings {
  readonly heapBytes: number
  /** What of it the engine has compiled: it grows for as long as there is code that becomes hot. */
  readonly codeBytes: number
  readonly rssBytes: number
  /** Sockets, timers and the like that keep the process alive, by kind. */
  readonly handles: Readonly<Record<string, number>>
}

const expression = `JSON.stringify([
  process.memoryUsage(),
  process.getActiveResourcesInfo(),
  process.getBuiltinModule('v8').getHeapSpaceStatistics()
    .filter(({ space_name }) => space_name.startsWith('code_'))
    .reduce((sum, { space_used_size }) => sum + space_used_size, 0)
])`

/** Looks into a process through its inspector, so that the program itself is as it is delivered. */
export class Inspector {
  readonly #socket: WebSocket
  readonly #waiting = new Map<number, (reply: Reply) => void>()
  #lastId = 0
  #chunk: (text: string) => void = () => undefined

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.on('message', (data: Buffer) => {
      const reply = JSON.parse(data.toString()) as Reply
      if (reply.id !== undefined) this.#waiting.get(reply.id)?.(reply)
      else if (reply.method === 'HeapProfiler.addHeapSnapshotChunk') this.#chunk(reply.params?.chunk ?? '')
    })
    socket.on('error', () => undefined)
  }

  /** @param url what Node prints when it is started with `--inspect` */
  static async open(url: string): Promise<Inspector> {
    const socket = new WebSocket(url, { perMessageDeflate: false })
    await once(socket, 'open')
    return new Inspector(socket)
  }

  async holdings(): Promise<Holdings> {
    await this.#call('HeapProfiler.collectGarbage')
    const { result } = await this.#call('Runtime.evaluate', { expression, returnByValue: true })
    const [memory, kinds, codeBytes] = JSON.parse(String(result?.result?.value)) as [
      NodeJS.MemoryUsage,
      string[],
      number
    ]
    const handles: Record<string, number> = {}
    for (const kind of kinds) handles[kind] = (handles[kind] ?? 0) + 1
    return { heapBytes: memory.heapUsed, codeBytes, rssBytes: memory.rss, handles }
  }

  /** Hands over a heap snapshot, piece by piece, for the developer tools of Chromium. */
  async snapshot(write: (text: string) => void): Promise<void> {
    this.#chunk = write
    await this.#call('HeapProfiler.takeHeapSnapshot', { reportProgress: false })
  }

  close(): void {
    this.#socket.terminate()
  }

  #call(method: string, params: object = {}): Promise<Reply> {
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, reply => {
        this.#waiting.delete(id)
        if (reply.error) reject(new Error(`${method}: ${reply.error.message}`))
        else resolve(reply)
      })
      this.#socket.send(JSON.stringify({ id, method, params }))
    })
  }
}
