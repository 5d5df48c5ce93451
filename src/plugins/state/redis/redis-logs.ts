import type { LogDriver, NewEntry, Page, Place, ReadFrom } from '../log/driver.ts'
import type { LogPosition } from '../service.ts'
import type { LogScriptCommands } from './log-scripts.ts'
import type { Subscriptions } from './subscriptions.ts'

export interface RedisLogsParts {
  /** Runs a command. */
  readonly run: <T>(command: (client: LogScriptCommands) => Promise<T>) => Promise<T>
  readonly subscriptions: Subscriptions
  /** What all keys and channels begin with. */
  readonly prefix: string
}

/** Logs in Redis, each in one slot of a cluster. */
export class RedisLogs implements LogDriver {
  readonly #parts: RedisLogsParts

  constructor(parts: RedisLogsParts) {
    this.#parts = parts
  }

  get isListening(): boolean {
    return this.#parts.subscriptions.isReady
  }

  async append(name: string, { tag, text, bounds, newEpoch }: NewEntry): Promise<LogPosition> {
    const [hash, list] = this.#keys(name)
    const { maxEntries, maxBytes, ttlMs } = bounds
    const limits = [String(maxEntries), String(maxBytes), String(ttlMs ?? '')] as const
    const channel = `${this.#parts.prefix}channel:${channelOf(name)}`
    const [epoch, seq] = await this.#parts.run(client =>
      client.paifangLogAppend(hash, list, newEpoch, tag, text, ...limits, channel)
    )
    return { epoch, seq: Number(seq) }
  }

  async read(name: string, { epoch, after, newEpoch }: ReadFrom): Promise<Page> {
    const [hash, list] = this.#keys(name)
    const [is, top, tag, messages] = await this.#parts.run(client =>
      client.paifangLogRead(hash, list, newEpoch, epoch, String(after))
    )
    return { epoch: is, top: Number(top), tag, messages }
  }

  async restart(name: string, { epoch, seq, tag }: Place, newEpoch: string): Promise<boolean> {
    const [hash, list] = this.#keys(name)
    const channel = `${this.#parts.prefix}channel:${channelOf(name)}`
    const begun = await this.#parts.run(client =>
      client.paifangLogRestart(hash, list, epoch, String(seq), tag, newEpoch, channel)
    )
    return begun === 1
  }

  listen(name: string, heard: (message: string) => void, missed: () => void): Promise<() => Promise<void>> {
    return this.#parts.subscriptions.subscribe(channelOf(name), heard, missed)
  }

  #keys(name: string): readonly [hash: string, list: string] {
    const { prefix } = this.#parts
    return [`${prefix}{log:${name}}`, `${prefix}entries:{log:${name}}`]
  }
}

/** No plugin's name begins so. */
function channelOf(name: string): string {
  return `:log:${name}`
}
