import { onTestFinished } from 'vitest'
import { SqliteDatabase } from '../../../../src/plugins/database/sqlite-database.ts'
import { ImError } from '../../../../src/plugins/im-ws-gateway/codes.ts'
import type {
  Chat,
  Delivery,
  Notice,
  People
} from '../../../../src/plugins/im-ws-gateway/embedded/contracts.ts'
import {
  openGroups,
  type OpenedGroups
} from '../../../../src/plugins/im-ws-gateway/embedded/groups/open-groups.ts'
import type { User } from '../../../../src/plugins/im-ws-gateway/model.ts'
import type { GroupResults } from '../../../../src/plugins/im-ws-gateway/operations/groups.ts'
import type { Arguments } from '../../../../src/plugins/im-ws-gateway/operations/index.ts'
import type { CoreEvent, DeliverOptions, Device } from '../../../../src/plugins/im-ws-gateway/user-core.ts'
import { fakeClock, type FakeClock } from '../../../../src/testing/index.ts'

/** What somebody was told, in order. */
export interface Told {
  readonly userID: string
  readonly event: CoreEvent
  readonly options: DeliverOptions | undefined
}

/** A notice, and who was a member when it was sent. */
export interface Sent extends Notice {
  readonly seenBy: readonly string[]
}

export type MembersChange = Parameters<Chat['membersChanged']>[0]

export interface Rig {
  readonly groups: OpenedGroups
  readonly clock: FakeClock
  readonly database: SqliteDatabase
  readonly device: Device
  readonly told: Told[]
  readonly notices: Sent[]
  readonly changes: MembersChange[]
  readonly appearances: unknown[]
  /** Everything that happened, in order, as short texts. */
  readonly log: string[]
  readonly users: Map<string, User>
  /** Groups on the same rows, as another process or a later one has them. */
  readonly again: () => Promise<OpenedGroups>
  /** Kinds of what a user was told, in order. */
  readonly kindsOf: (userID: string) => string[]
  readonly forget: () => void
  /** Makes the chat wait before it does anything. Returns what lets it go on. */
  readonly holdChat: () => () => void
  /** Does something as a user. */
  readonly as: <Name extends keyof GroupResults>(
    userID: string,
    name: Name,
    args: Arguments[Name]
  ) => Promise<GroupResults[Name]>
  /** Which code it fails with; `undefined`: it does not. */
  readonly fault: <Name extends keyof GroupResults>(
    userID: string,
    name: Name,
    args: Arguments[Name]
  ) => Promise<string | undefined>
  /**
   * Makes the group `g`: ann owns it, bea and bob administer it, cid and dan are ordinary members, eve and fay are
   * not in it. What that told is forgotten.
   */
  readonly make: (info?: Partial<Arguments['createGroup']['groupInfo']>) => Promise<void>
}

export interface RigOptions {
  readonly userIDs?: readonly string[]
  readonly maxGroupMembers?: number
  readonly randomBytes?: (size: number) => Uint8Array
}

export const device: Device = { platformID: 5 }

export function user(userID: string): User {
  return {
    userID,
    nickname: `Name of ${userID}`,
    faceURL: `face-${userID}`,
    createTime: 1,
    ex: '',
    globalRecvMsgOpt: 0,
    gender: 0,
    phoneNumber: '',
    birth: 0,
    email: ''
  }
}

/** Groups on a database in memory, with people who exist and everything recorded that others are told. */
export async function rig(options: RigOptions = {}): Promise<Rig> {
  const {
    userIDs = ['ann', 'bea', 'bob', 'cid', 'dan', 'eve', 'fay'],
    maxGroupMembers = 5_000,
    randomBytes
  } = options
  const database = await SqliteDatabase.connect(':memory:', 0)
  onTestFinished(() => database.close())
  const clock = fakeClock()
  const users = new Map(userIDs.map(userID => [userID, user(userID)]))
  const told: Told[] = []
  const notices: Sent[] = []
  const changes: MembersChange[] = []
  const appearances: unknown[] = []
  const log: string[] = []

  const delivery: Delivery = {
    toUser(userID, event, deliverOptions) {
      told.push({ userID, event, options: deliverOptions })
      log.push(`${userID} ${event.kind}`)
    },
    toUsers(some, event, deliverOptions) {
      for (const userID of some) this.toUser(userID, event, deliverOptions)
    },
    platformsOf: () => []
  }
  const people: People = {
    user: async userID => users.get(userID),
    users: async some =>
      new Map(
        some.flatMap(userID => {
          const found = users.get(userID)
          return found ? [[userID, found] as const] : []
        })
      ),
    assertMayWrite: async () => undefined,
    shown: async () => new Map()
  }
  let gate = Promise.resolve()
  const chat = (groups: () => OpenedGroups): Chat => ({
    async notice(notice) {
      await gate
      const seenBy = [...(await groups().memberIDs(notice.groupID ?? ''))].toSorted()
      notices.push({ ...notice, seenBy })
      log.push(`notice ${notice.contentType}`)
    },
    async membersChanged(change) {
      await gate
      changes.push(change)
      log.push('membersChanged')
    },
    async appearanceChanged(source) {
      appearances.push(source)
      log.push('appearanceChanged')
    },
    receiveOptionChanged: async () => undefined
  })
  const open = async (): Promise<OpenedGroups> => {
    const groups: OpenedGroups = await openGroups({
      database,
      delivery,
      people,
      chat: () => chat(() => groups),
      clock,
      settings: { maxGroupMembers },
      ...(randomBytes && { randomBytes })
    })
    return groups
  }
  const groups = await open()
  const as: Rig['as'] = (userID, name, args) =>
    (groups.part[name] as Operation<typeof args, GroupResults[typeof name]>)(userID, args, device)
  const forget = (): void => {
    for (const list of [told, notices, changes, appearances, log]) list.length = 0
  }
  return {
    groups,
    clock,
    database,
    device,
    told,
    notices,
    changes,
    appearances,
    log,
    users,
    again: open,
    kindsOf: userID => told.filter(one => one.userID === userID).map(({ event }) => event.kind),
    forget,
    holdChat() {
      let release = (): void => undefined
      gate = new Promise(resolve => (release = resolve))
      return release
    },
    as,
    fault: (userID, name, args) =>
      as(userID, name, args).then(
        () => undefined,
        (error: unknown) => (error instanceof ImError ? error.code : String(error))
      ),
    async make(info = {}) {
      const groupInfo = { groupID: 'g', groupName: 'G', ...info }
      await as('ann', 'createGroup', {
        groupInfo,
        adminUserIDs: ['bea', 'bob'],
        memberUserIDs: ['cid', 'dan']
      })
      forget()
    }
  }
}

type Operation<Args, Result> = (userID: string, args: Args, cause: Device) => Promise<Result>

/** Everybody in the group that `make` makes. */
export const everybody = ['ann', 'bea', 'bob', 'cid', 'dan'] as const
