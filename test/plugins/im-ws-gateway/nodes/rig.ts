import { SqliteDatabase } from '../../../../src/plugins/database/sqlite-database.ts'
import type { Database } from '../../../../src/plugins/database/service.ts'
import type { ImSettings } from '../../../../src/plugins/im-ws-gateway/config.ts'
import { createEmbeddedCores } from '../../../../src/plugins/im-ws-gateway/embedded/embedded-cores.ts'
import type { Message } from '../../../../src/plugins/im-ws-gateway/model.ts'
import { ChatNodes } from '../../../../src/plugins/im-ws-gateway/nodes/chat-nodes.ts'
import { fencedDialect } from '../../../../src/plugins/im-ws-gateway/nodes/fenced-dialect.ts'
import { openTerms } from '../../../../src/plugins/im-ws-gateway/nodes/terms.ts'
import type {
  Arguments,
  OperationName,
  Results
} from '../../../../src/plugins/im-ws-gateway/operations/index.ts'
import type {
  CoreEvent,
  CoreEventKind,
  Device,
  UserCore
} from '../../../../src/plugins/im-ws-gateway/user-core.ts'
import { MemoryFacts, MemoryState } from '../../../../src/plugins/state/memory-state.ts'
import { fakeClock, type FakeClock } from '../../../../src/testing/index.ts'
import { settingsWith, textIn } from '../chat/rig.ts'

const log = { info: () => {}, warn: () => {}, error: () => {} }
const stateLog = { ...log, debug: () => {} } as never

/** A user's connection to a node, as the gateway would hold it. */
export interface Person {
  readonly userID: string
  readonly device: Device
  readonly core: UserCore
  /** What each connection of the core was told. */
  readonly listeners: Map<Device, CoreEvent[]>
  /** What it was told, in order; what it had missed is among it. */
  readonly heard: CoreEvent[]
  call<Name extends OperationName>(name: Name, args: Arguments[Name]): Promise<Results[Name]>
  say(to: { readonly recvID?: string; readonly groupID?: string }, text: string): Promise<Message>
  /** The texts that it was told, those of its own user included. */
  texts(): string[]
  events<Kind extends CoreEventKind>(kind: Kind): (CoreEvent & { readonly kind: Kind })[]
  history(conversationID: string): Promise<string[]>
  leave(): Promise<void>
}

/** One of the nodes. */
export interface Node {
  readonly chat: ChatNodes
  readonly state: MemoryState
  person(userID: string, platformID?: number): Promise<Person>
  /** Another connection of somebody's core. */
  again(person: Person): Promise<Person>
  /** It hears and says nothing any more, and does not know; the database is still there. */
  cutOff(): void
  /** The same, and it writes nothing more: as `kill -9` leaves it. */
  kill(): void
}

interface NodeOptions {
  readonly opening?: (() => Promise<void>) | undefined
  readonly closing?: (() => Promise<void>) | undefined
  readonly version?: number
}

/** Nodes that share a chat. */
export interface Rig extends AsyncDisposable {
  readonly clock: FakeClock
  readonly facts: MemoryFacts
  readonly database: SqliteDatabase
  readonly settings: ImSettings
  /** @param opening runs before the node opens the chat, as its host @param closing before it closes it */
  node(opening?: () => Promise<void>, closing?: () => Promise<void>): Promise<Node>
  /** A node whose links are of a version; it is not waited for. */
  nodeOf(version: number): Promise<Node>
  /** Resolves once `holds()`, as time passes. */
  until(holds: () => boolean | Promise<boolean>, what?: string): Promise<void>
  /** What a promise comes to, as time passes. */
  during<Result>(doing: Promise<Result>, what?: string): Promise<Result>
}

/** Nodes over one database and one state in memory. They are made when they are asked for; the first is the host. */
export async function startNodes(settings: Partial<ImSettings> = {}): Promise<Rig> {
  const clock = fakeClock()
  const database = await SqliteDatabase.connect(':memory:', 1_000)
  const facts = new MemoryFacts({ maxKeys: 10_000, clock, log: stateLog })
  const all = settingsWith(settings)
  const nodes: Node[] = []
  const until: Rig['until'] = async (holds, what = String(holds)) => {
    for (let turn = 0; turn < 20_000; turn++) {
      if (await holds()) return
      // The database has a thread of its own: time is not to run away from it.
      await database.ping()
      await clock.advance(turn < 100 ? 1 : 5)
    }
    throw new Error(`it never came to this: ${what}`)
  }
  const during: Rig['during'] = async (doing, what = 'a promise is settled') => {
    let isSettled = false
    const settled = (): void => void (isSettled = true)
    doing.then(settled, settled)
    await until(() => isSettled, what)
    return doing
  }
  return {
    clock,
    during,
    facts,
    database,
    settings: all,
    until,
    async node(opening, closing) {
      const node = await start({ opening, closing })
      await until(() => node.chat.nodes().isLinked, 'a node is linked')
      return node
    },
    nodeOf: version => start({ version }),
    async [Symbol.asyncDispose]() {
      await during(Promise.allSettled(nodes.map(({ chat }) => chat.close())), 'all nodes are closed')
      await database.close()
    }
  }

  async function start({ opening, closing, version }: NodeOptions): Promise<Node> {
    const state = new MemoryState({ maxKeys: 10_000, clock, log: stateLog }, facts)
    let isDead = false
    const mortal: Database = {
      driver: 'sqlite',
      ping: () => database.ping(),
      async open<Tables>(namespace: string, migrations: never) {
        const base = await database.open<Tables>(namespace, migrations)
        return fencedDialect<Tables>(base, async () => {
          if (isDead) throw new Error('the process is dead')
        })
      }
    }
    const chat = new ChatNodes({
      state,
      database: mortal,
      terms: await openTerms(mortal),
      clock,
      log,
      settings: all,
      ...(version !== undefined && { version }),
      async openChat(seen) {
        await opening?.()
        const cores = await createEmbeddedCores({ settings: all, database: seen, clock, log })
        return {
          ...cores,
          async close() {
            await closing?.()
            await cores.close()
          }
        }
      }
    })
    chat.start()
    const node: Node = {
      chat,
      state,
      async person(userID, platformID = 5) {
        await chat.backOffice.registerUser({ userID, nickname: `N-${userID}` })
        const listeners = new Map<Device, CoreEvent[]>()
        const core = await chat.open(userID, (told, { except, only } = {}) => {
          for (const [device, heard] of listeners)
            if (except !== device && (!only || only === device))
              heard.push(told.kind === 'snapshot' ? told.take() : told)
        })
        return connect(core, { platformID }, listeners)
      },
      again: ({ core, device: { platformID }, listeners }) => connect(core, { platformID }, listeners),
      cutOff: () => state.close(),
      kill() {
        isDead = true
        state.close()
      }
    }
    nodes.push(node)
    return node
  }
}

async function connect(core: UserCore, device: Device, listeners: Map<Device, CoreEvent[]>): Promise<Person> {
  const heard: CoreEvent[] = []
  listeners.set(device, heard)
  heard.push(...(await core.attach(device)))
  const call: Person['call'] = (name, args) => core.operations[name](args, device)
  return {
    userID: core.userID,
    device,
    core,
    listeners,
    heard,
    call,
    async say(to, text) {
      return call('sendMessage', { message: await call('createText', { text }), ...to })
    },
    texts: () => heard.flatMap(event => (event.kind === 'newMessages' ? event.messages.map(textIn) : [])),
    events: kind => heard.flatMap(event => (event.kind === kind ? [event as never] : [])),
    async history(conversationID) {
      return (await call('getHistory', { conversationID, count: 1_000 })).messageList.map(textIn)
    },
    async leave() {
      core.detach(device)
      await core.close()
    }
  }
}
