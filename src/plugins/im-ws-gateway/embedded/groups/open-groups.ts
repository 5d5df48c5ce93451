import { randomBytes as systemRandomBytes } from 'node:crypto'
import type { Clock } from '../../../../core/index.ts'
import type { Database } from '../../../database/service.ts'
import type { ImSettings } from '../../config.ts'
import type { GroupResults } from '../../operations/groups.ts'
import type { BackOffice, Chat, Delivery, Groups, Part, People } from '../contracts.ts'
import type { GroupContext } from './context.ts'
import { importGroup } from './create.ts'
import { groupsPart } from './part.ts'
import { personChanged } from './person-changed.ts'
import { assertMaySpeak, memberOf } from './rights.ts'
import { shownMember } from './shown.ts'
import { storableArguments } from './storable-arguments.ts'
import { GroupStore } from './store.ts'
import { openTables } from './tables.ts'
import { Turns } from './turns.ts'

/** What groups need. `people` and `chat` may be given as functions, for parts that know each other in a circle. */
export interface GroupsOptions {
  readonly database: Database
  readonly delivery: Delivery
  readonly people: People | (() => People)
  readonly chat: Chat | (() => Chat)
  readonly clock: Clock
  readonly settings: Pick<ImSettings, 'maxGroupMembers'>
  /** For ids of new groups. Default: that of the system. */
  readonly randomBytes?: (size: number) => Uint8Array
}

/** Groups, for the other parts, for users and for back ends. */
export interface OpenedGroups extends Groups, Pick<BackOffice, 'importGroup'> {
  readonly part: Part<keyof GroupResults>
}

/** Opens the groups in a database. @throws {Error} naming the migration that failed */
export async function openGroups(options: GroupsOptions): Promise<OpenedGroups> {
  const { database, delivery, people, chat, clock, settings, randomBytes = systemRandomBytes } = options
  const store = new GroupStore(await openTables(database))
  const context: GroupContext = {
    store,
    turns: new Turns(),
    delivery,
    people: typeof people === 'function' ? people : () => people,
    chat: typeof chat === 'function' ? chat : () => chat,
    clock,
    settings,
    randomBytes
  }
  return {
    group: groupID => store.group(groupID),
    groups: groupIDs => store.groups(groupIDs),
    memberIDs: async groupID => (await store.roster(groupID)).ids,
    async member(groupID, userID) {
      const row = await store.member(groupID, userID)
      return row && shownMember(context.people(), row)
    },
    joinedGroupIDs: userID => store.joinedGroupIDs(userID),
    async assertMaySpeak(groupID, userID) {
      const { group, member } = await memberOf(context, groupID, userID)
      assertMaySpeak(group, member, clock.now())
      return { group, member: await shownMember(context.people(), member) }
    },
    personChanged: (userID, changed, told) => personChanged(context, userID, changed, told),
    importGroup: given => importGroup(context, storableArguments(given)),
    part: groupsPart(context)
  }
}
