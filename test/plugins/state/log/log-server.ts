import type { FastifyBaseLogger } from 'fastify'
import { Channels } from '../../../../src/plugins/state/channels.ts'
import type { LogDriver, Page } from '../../../../src/plugins/state/log/driver.ts'
import { Logs } from '../../../../src/plugins/state/log/logs.ts'
import { MemoryLogs } from '../../../../src/plugins/state/log/memory-logs.ts'
import type { FakeClock } from '../../../../src/testing/index.ts'

type Step = (logs: MemoryLogs) => Promise<unknown>

export const quiet = { info() {}, warn() {}, error() {} } as unknown as FastifyBaseLogger

/** What many nodes have their logs in, and what can happen to it. */
export class LogServer {
  readonly #clock: FakeClock
  readonly #nodes: Set<LogNode> = new Set()
  readonly #names = new Set<string>()
  #logs: MemoryLogs
  /** What the replica has. */
  #replicated: Step[] = []
  #underWay: Step[] = []
  #isReplicating = true
  /** What the replica has is over, and it does not know. */
  #wiped = false

  constructor(clock: FakeClock) {
    this.#clock = clock
    this.#logs = this.#empty()
  }

  /** How many nodes there are. */
  get size(): number {
    return this.#nodes.size
  }

  node(): LogNode {
    const node = new LogNode(this, this.#clock)
    this.#nodes.add(node)
    return node
  }

  async run<T>(step: (logs: MemoryLogs) => Promise<T>): Promise<T> {
    const result = await step(this.#logs)
    if (this.#isReplicating) this.#replicated.push(step)
    else this.#underWay.push(step)
    return result
  }

  async listenTo(name: string): Promise<void> {
    if (this.#names.has(name)) return
    this.#names.add(name)
    await this.#forward(name)
  }

  /** From now on the replica falls behind. */
  holdReplication(): void {
    this.#isReplicating = false
  }

  /** The replica has everything. */
  replicate(): void {
    this.#isReplicating = true
    this.#replicated = this.#wiped ? this.#underWay : [...this.#replicated, ...this.#underWay]
    this.#underWay = []
    this.#wiped = false
  }

  /** The replica takes over, with what it has, and has a new one behind it. */
  async failOver(): Promise<void> {
    this.#isReplicating = true
    this.#wiped = false
    const logs = this.#empty()
    for (const step of this.#replicated) await step(logs)
    await this.#use(logs)
  }

  /** Everything is forgotten, and by the replica too unless it is behind. */
  async wipe(): Promise<void> {
    if (this.#isReplicating) this.#replicated = []
    else this.#wiped = true
    await this.#use(this.#empty())
  }

  async #use(logs: MemoryLogs): Promise<void> {
    this.#underWay = []
    this.#logs = logs
    for (const name of this.#names) await this.#forward(name)
  }

  #empty(): MemoryLogs {
    return new MemoryLogs({ channels: new Channels(quiet), clock: this.#clock, logs: new Map(), maxLogs: 10 })
  }

  async #forward(name: string): Promise<void> {
    await this.#logs.listen(name, message => this.#nodes.forEach(node => node.hear(name, message)))
  }
}

interface Listener {
  readonly name: string
  readonly heard: (message: string) => void
  readonly missed: () => void
}

/** A node, and how it is connected. */
export class LogNode implements LogDriver {
  readonly logs: Logs
  /** Messages get lost, and nobody is told. */
  isDeaf = false
  /** Commands fail. */
  isAway = false
  /** Messages wait until they are let through. */
  held: (() => void)[] | undefined
  /** What is read instead. */
  stale: Page | undefined
  /** What happens before the answer of the server is there. */
  afterRead: (() => Promise<unknown>) | undefined
  afterAppend: (() => Promise<unknown>) | undefined
  reads = 0
  readonly #server: LogServer
  readonly #listeners = new Set<Listener>()
  #isListening = true

  constructor(server: LogServer, clock: FakeClock) {
    this.#server = server
    this.logs = new Logs({ driver: this, clock, log: quiet })
  }

  get isListening(): boolean {
    return this.#isListening
  }

  /** The connection that listens is there or not. */
  set isListening(is: boolean) {
    const isBack = is && !this.#isListening
    this.#isListening = is
    if (isBack) for (const { missed } of this.#listeners) missed()
  }

  hear(name: string, message: string): void {
    if (this.isDeaf || !this.#isListening) return
    const deliver = (): void => {
      for (const listener of this.#listeners) if (listener.name === name) listener.heard(message)
    }
    if (this.held) this.held.push(deliver)
    else deliver()
  }

  /** Lets through what was held. */
  release(): void {
    const held = this.held ?? []
    this.held = undefined
    for (const deliver of held) deliver()
  }

  async append(...args: Parameters<LogDriver['append']>): ReturnType<LogDriver['append']> {
    const position = await this.#run(logs => logs.append(...args))
    await this.afterAppend?.()
    return position
  }

  async read(...args: Parameters<LogDriver['read']>): ReturnType<LogDriver['read']> {
    this.reads++
    const page = this.stale ?? (await this.#run(logs => logs.read(...args)))
    await this.afterRead?.()
    return page
  }

  restart(...args: Parameters<LogDriver['restart']>): ReturnType<LogDriver['restart']> {
    return this.#run(logs => logs.restart(...args))
  }

  async listen(
    name: string,
    heard: (message: string) => void,
    missed: () => void
  ): Promise<() => Promise<void>> {
    if (this.isAway) throw new Error('away')
    const listener = { name, heard, missed }
    await this.#server.listenTo(name)
    this.#listeners.add(listener)
    return async () => void this.#listeners.delete(listener)
  }

  async #run<T>(step: (logs: MemoryLogs) => Promise<T>): Promise<T> {
    if (this.isAway) throw new Error('away')
    return this.#server.run(step)
  }
}
