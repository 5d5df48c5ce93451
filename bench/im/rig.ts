import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startChild, type Child } from '../child.ts'
import type { CrowdOptions } from './crowd.ts'
import type { ServerOptions } from './server.ts'
import type { TalkOptions } from './talk.ts'
import { protocolOf, type WayName } from './ways.ts'

const file = (name: string): URL => new URL(`./${name}.ts`, import.meta.url)

/** The processes of a part, and a folder for what they keep. All go with it. */
export class Rig implements AsyncDisposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'paifang-bench-im-'))
  readonly #children: Child<unknown>[] = []

  server(way: WayName): Promise<Child<string>> {
    return this.#start<string>('server', { way } satisfies ServerOptions)
  }

  /** Clients that listen. They connect when they are asked to. */
  crowd(options: CrowdOptions): Promise<Child<unknown>> {
    return this.#start('crowd', options)
  }

  /** Clients that ask and write. They are connected. */
  talk(options: TalkOptions): Promise<Child<unknown>> {
    return this.#start('talk', options)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#children.toReversed().map(child => child.stop()))
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #start<Ready>(name: string, options: object): Promise<Child<Ready>> {
    const child = await startChild<Ready>(file(name), options, this.#folder)
    this.#children.push(child)
    return child
  }
}

/** A server, as the processes of its clients need to know it. */
export function clientsOf(way: WayName, server: Child<string>): CrowdOptions['servers'][number] {
  return { url: server.ready, protocol: protocolOf(way) }
}
