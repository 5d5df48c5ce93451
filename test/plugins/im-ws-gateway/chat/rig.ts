import type { Database } from '../../../../src/plugins/database/service.ts'
import { SqliteDatabase } from '../../../../src/plugins/database/sqlite-database.ts'
import { Config, type ImSettings } from '../../../../src/plugins/im-ws-gateway/config.ts'
import {
  createEmbeddedCores,
  type EmbeddedCores
} from '../../../../src/plugins/im-ws-gateway/embedded/embedded-cores.ts'
import type { Conversation, Message } from '../../../../src/plugins/im-ws-gateway/model.ts'
import type {
  Arguments,
  OperationName,
  Results
} from '../../../../src/plugins/im-ws-gateway/operations/index.ts'
import type {
  CoreEvent,
  CoreEventKind,
  DeliverOptions,
  Device,
  Snapshot,
  UserCore
} from '../../../../src/plugins/im-ws-gateway/user-core.ts'
import { fakeClock, type FakeClock } from '../../../../src/testing/index.ts'
import { Value } from 'typebox/value'

/** What a user was told. */
export interface Heard {
  readonly event: CoreEvent
  readonly options: DeliverOptions | undefined
}

/** A user with one device, as the gateway would hold him. */
export interface Person {
  readonly core: UserCore
  readonly device: Device
  readonly heard: Heard[]
  call<Name extends OperationName>(name: Name, args: Arguments[Name], device?: Device): Promise<Results[Name]>
  /** Forgets what was told until now. */
  quiet(): void
  kinds(): CoreEventKind[]
  events<Kind extends CoreEventKind>(kind: Kind): (CoreEvent & { readonly kind: Kind })[]
  say(to: { readonly recvID?: string; readonly groupID?: string }, text: string): Promise<Message>
  conversation(conversationID: string): Promise<Conversation>
  texts(conversationID: string, count?: number): Promise<string[]>
  leave(): Promise<void>
}

export interface Rig {
  readonly cores: EmbeddedCores
  readonly database: SqliteDatabase
  readonly clock: FakeClock
  /** Registers users and opens their cores. */
  people<IDs extends readonly string[]>(...userIDs: IDs): Promise<{ [Index in keyof IDs]: Person }>
  /** @param listener hears what the device is told, also what it has missed; how things stand after its requests only */
  open(userID: string, device?: Device, listener?: (event: CoreEvent) => void): Promise<Person>
  close(): Promise<void>
}

export const settingsWith = (settings: Partial<ImSettings> = {}): ImSettings => ({
  ...Value.Create(Config),
  ...settings
})

export interface RigOptions {
  /** Default: in memory. */
  readonly file?: string
  readonly settings?: Partial<ImSettings>
  readonly clock?: FakeClock
  /** What the cores use in place of the database. */
  readonly through?: (database: Database) => Database
}

/** A chat back end in a database of its own. */
export async function startRig(options: RigOptions = {}): Promise<Rig> {
  const database = await SqliteDatabase.connect(options.file ?? ':memory:', 1_000)
  const clock = options.clock ?? fakeClock()
  const log = { warn: () => {}, error: () => {} }
  const settings = settingsWith(options.settings)
  const cores = await createEmbeddedCores({
    database: options.through?.(database) ?? database,
    clock,
    log,
    settings
  })
  const open: Rig['open'] = (userID, device = { platformID: 5 }, listener = () => {}) =>
    openPerson(cores, userID, device, listener)
  return {
    cores,
    database,
    clock,
    open,
    async people(...userIDs) {
      for (const userID of userIDs) await cores.backOffice.registerUser({ userID, nickname: `N-${userID}` })
      return Promise.all(userIDs.map(userID => open(userID))) as never
    },
    async close() {
      await cores.close()
      await database.close()
    }
  }
}

async function openPerson(
  cores: EmbeddedCores,
  userID: string,
  device: Device,
  listener: (event: CoreEvent) => void
): Promise<Person> {
  const heard: Heard[] = []
  const snapshots = new Set<Snapshot>()
  const core = await cores.open(userID, (told, options) => {
    heard.push({ event: told.kind === 'snapshot' ? told.take() : told, options })
    if (options?.except === device) return
    if (told.kind === 'snapshot') snapshots.add(told)
    else listener(told)
  })
  for (const event of await core.attach(device)) listener(event)
  const takeSnapshots = (): void => {
    for (const snapshot of snapshots) listener(snapshot.take())
    snapshots.clear()
  }
  const call: Person['call'] = async (name, args, from = device) => {
    const result = await core.operations[name](args, from)
    takeSnapshots()
    return result
  }
  return {
    core,
    device,
    heard,
    call,
    quiet: () => void (heard.length = 0),
    kinds: () => heard.map(({ event }) => event.kind),
    events: kind => heard.flatMap(({ event }) => (event.kind === kind ? [event as never] : [])),
    async say(to, text) {
      return call('sendMessage', { message: await call('createText', { text }), ...to })
    },
    async conversation(conversationID) {
      const [conversation] = await call('getConversations', { conversationIDList: [conversationID] })
      if (!conversation) throw new Error(`${userID} has no conversation ${conversationID}`)
      return conversation
    },
    async texts(conversationID, count = 100) {
      const page = await call('getHistory', { conversationID, count })
      return page.messageList.map(textIn)
    },
    async leave() {
      takeSnapshots()
      core.detach(device)
      await core.close()
    }
  }
}

/** What a message says; of others their content type. */
export function textIn(message: Message): string {
  return message.textElem?.content ?? `#${message.contentType}`
}
