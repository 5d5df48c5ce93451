import { SqliteDatabase } from '../../../../src/plugins/database/sqlite-database.ts'
import type { Chat, Delivery, Groups } from '../../../../src/plugins/im-ws-gateway/embedded/contracts.ts'
import { openPeople, type OpenPeople } from '../../../../src/plugins/im-ws-gateway/embedded/people/people.ts'
import type { CoreEvent, DeliverOptions } from '../../../../src/plugins/im-ws-gateway/user-core.ts'
import { fakeClock, type FakeClock } from '../../../../src/testing/index.ts'

/** Something that people asked others to make known, in the order in which they did. */
export type Told =
  | { readonly to: string; readonly event: CoreEvent; readonly options?: DeliverOptions }
  | { readonly chat: keyof Chat; readonly args: readonly unknown[] }
  | { readonly groups: 'personChanged'; readonly args: readonly unknown[] }

export interface TestPeople extends OpenPeople, AsyncDisposable {
  readonly database: SqliteDatabase
  readonly clock: FakeClock
  /** What was told since it was last asked. */
  told(): Told[]
  /** The same as lines: `u1 selfInfo`, or `chat notice`. */
  lines(): string[]
  /** Where users are connected. Nobody is unless he is put here. */
  readonly online: Map<string, readonly number[]>
  /** `<group> <user>`: the nickname in the group. */
  readonly members: Map<string, string>
  /** What was logged as a warning. */
  readonly warnings: readonly unknown[]
  /** Once what was said to be noted is in its row. */
  noted(): Promise<void>
  /** The same rows, opened again, with nothing in memory. */
  reopened(): Promise<OpenPeople>
}

export interface TestPeopleOptions {
  readonly onlyFriends?: boolean
  /** Registered and online on platform 5. */
  readonly users?: readonly string[]
  readonly file?: string
}

/** People in a database in memory, with parts around them that record what they are asked. */
export async function testPeople(options: TestPeopleOptions = {}): Promise<TestPeople> {
  const { onlyFriends = false, users = [], file = ':memory:' } = options
  const database = await SqliteDatabase.connect(file, 0)
  const clock = fakeClock()
  const online = new Map<string, readonly number[]>()
  const members = new Map<string, string>()
  const warnings: unknown[] = []
  let told: Told[] = []

  const toUser: Delivery['toUser'] = (to, event, given) =>
    void told.push({ to, event, ...(given && { options: given }) })
  const delivery: Delivery = {
    toUser,
    toUsers(userIDs, event, given) {
      for (const to of userIDs) toUser(to, event, given)
    },
    platformsOf: userID => online.get(userID) ?? []
  }
  const recorded = (chat: keyof Chat) =>
    async function record(...args: unknown[]): Promise<void> {
      told.push({ chat, args })
    }
  const chat: Chat = {
    notice: recorded('notice'),
    membersChanged: recorded('membersChanged'),
    appearanceChanged: recorded('appearanceChanged'),
    receiveOptionChanged: recorded('receiveOptionChanged')
  }
  const groups: Pick<Groups, 'member' | 'personChanged'> = {
    async personChanged(...args) {
      told.push({ groups: 'personChanged', args })
    },
    async member(groupID, userID) {
      const nickname = members.get(`${groupID} ${userID}`)
      if (nickname === undefined) return undefined
      return { groupID, userID, nickname, faceURL: '', roleLevel: 20, joinTime: 0, joinSource: 2, ...nobody }
    }
  }
  const open = (): Promise<OpenPeople> =>
    openPeople({
      database,
      delivery,
      chat: () => chat,
      groups: () => groups,
      clock,
      log: { warn: (facts: unknown) => void warnings.push(facts) },
      settings: { onlyFriends }
    })
  const takeTold = (): Told[] => {
    const taken = told
    told = []
    return taken
  }

  const people = await open()
  for (const userID of users) {
    await people.registerUser({ userID, nickname: `Name of ${userID}` })
    online.set(userID, [5])
  }
  takeTold()
  return {
    ...people,
    database,
    clock,
    online,
    members,
    told: takeTold,
    warnings,
    async noted() {
      // What is noted is written in the next turn of the event loop, before all that comes after it.
      await new Promise(resolve => setImmediate(resolve))
      await database.ping()
    },
    lines: () => takeTold().map(lineOf),
    reopened: open,
    [Symbol.asyncDispose]: () => database.close()
  }
}

/** `u1 selfInfo`, or `chat notice`. */
export function lineOf(one: Told): string {
  if ('chat' in one) return `chat ${one.chat}`
  return 'groups' in one ? `groups ${one.groups}` : `${one.to} ${one.event.kind}`
}

const nobody = { inviterUserID: '', muteEndTime: 0, operatorUserID: '', ex: '' }
