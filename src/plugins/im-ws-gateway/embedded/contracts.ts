import type { Group, GroupMember, PublicUser, User } from '../model.ts'
import type { Arguments, OperationName, Results } from '../operations/index.ts'
import type { CoreEvent, DeliverOptions, Device } from '../user-core.ts'

/** Some of the operations, for any user: what one part of the embedded core answers. @throws {ImError} */
export type Part<Names extends OperationName> = {
  readonly [Name in Names]: (userID: string, args: Arguments[Name], device: Device) => Promise<Results[Name]>
}

/** Reaches the users that are connected; to others nothing happens. */
export interface Delivery {
  toUser(userID: string, event: CoreEvent, options?: DeliverOptions): void
  toUsers(userIDs: Iterable<string>, event: CoreEvent, options?: DeliverOptions): void
  /** Where a user is connected. Empty: nowhere. */
  platformsOf(userID: string): readonly number[]
}

/** What other parts ask about people. */
export interface People {
  /** `undefined`: there is no such user. */
  user(userID: string): Promise<User | undefined>
  /** Those that exist. */
  users(userIDs: readonly string[]): Promise<ReadonlyMap<string, User>>
  /**
   * Lets a user write to another one.
   * @throws {ImError} `userNotFound`, `blocked`, or `notFriend` where only friends may write
   */
  assertMayWrite(from: string, to: string): Promise<void>
  /** How somebody sees others: his remark, or else their nickname. */
  shown(
    viewer: string,
    userIDs: readonly string[]
  ): Promise<ReadonlyMap<string, PublicUser & { readonly shownName: string }>>
}

/** What other parts ask about groups. */
export interface Groups {
  /** `undefined`: there was never such a group. A dismissed one has status 2. */
  group(groupID: string): Promise<Group | undefined>
  groups(groupIDs: readonly string[]): Promise<ReadonlyMap<string, Group>>
  /**
   * Kept in memory, in no order: for fan-out. The set changes as members come and go; those who are removed are in it
   * until their notice is kept. Of a dismissed group: those it had when it ended.
   */
  memberIDs(groupID: string): Promise<ReadonlySet<string>>
  member(groupID: string, userID: string): Promise<GroupMember | undefined>
  /** The groups that a user is in. */
  joinedGroupIDs(userID: string): Promise<readonly string[]>
  /** @throws {ImError} `groupNotFound`, `groupDismissed`, `notInGroup`, `mutedInGroup` or `groupMuted` */
  assertMaySpeak(
    groupID: string,
    userID: string
  ): Promise<{ readonly group: Group; readonly member: GroupMember }>
  /**
   * Tells the members of a person's groups that his own name or face has changed, where that is what they see of him.
   * Groups of more than 500 members are left out.
   */
  personChanged(
    userID: string,
    changed: readonly ('nickname' | 'faceURL')[],
    options?: DeliverOptions
  ): Promise<void>
}

/** A line in a conversation that says what somebody did: a notification message (specification §5.1). */
export interface Notice {
  readonly contentType: number
  /** Who did it. */
  readonly sendID: string
  /** Where it stands: with this user … */
  readonly recvID?: string
  /** … or in this group. */
  readonly groupID?: string
  /** What clients read, as JSON, from `notificationElem.detail`. */
  readonly detail: object
  /** A sentence for those that do not. */
  readonly tips: string
  /** Default false: it makes nothing unread. */
  readonly counts?: boolean
}

/** What other parts ask of conversations and messages. */
export interface Chat {
  /** Keeps a notice in its conversation and delivers it as a new message. Resolves once it is kept. */
  notice(notice: Notice, options?: DeliverOptions): Promise<void>
  /** Makes the conversations of members who came, and marks those of members who left (`isNotInGroup`). */
  membersChanged(
    change: {
      readonly groupID: string
      readonly joined?: readonly string[]
      readonly left?: readonly string[]
    },
    options?: DeliverOptions
  ): Promise<void>
  /**
   * A name, a face or a remark has changed: tells viewers whose conversations show it. Without `viewers`: everybody
   * who is connected and has a conversation with that user or group.
   */
  appearanceChanged(
    source: { readonly userID: string } | { readonly groupID: string },
    viewers?: readonly string[]
  ): Promise<void>
  /**
   * A user's `globalRecvMsgOpt` has changed. With 1 he is told of no messages of others, but how their conversations
   * stand, and none of them counts in his total of unread messages.
   */
  receiveOptionChanged(userID: string, options?: DeliverOptions): Promise<void>
}

/** What back ends may do without being one of the users (`/v1/im`). */
export interface BackOffice {
  /** Makes a user, or changes the members that are given. */
  registerUser(
    user: Pick<User, 'userID'> & Partial<Pick<User, 'nickname' | 'faceURL' | 'ex'>>
  ): Promise<{ readonly created: boolean }>
  hasUser(userID: string): Promise<boolean>
  /** `undefined`: there is no such user. */
  user(userID: string): Promise<User | undefined>
  /** Makes them friends of each other, without asking. @throws {ImError} `userNotFound` */
  importFriends(ownerUserID: string, friendUserIDs: readonly string[]): Promise<void>
  /** Makes a group with its members. @throws {ImError} `userNotFound`, `duplicate` */
  importGroup(group: {
    readonly groupID?: string
    readonly groupName: string
    readonly ownerUserID: string
    readonly memberUserIDs: readonly string[]
    readonly adminUserIDs?: readonly string[]
    readonly faceURL?: string
    readonly introduction?: string
  }): Promise<Group>
  /**
   * Sends as the system, or as any user: to users each by himself, or to a group.
   * `content`: the element of the content type, like `{ content: 'hi' }` for 101.
   * @throws {ImError} `userNotFound`, `groupNotFound`, `contentType`, `badArguments`
   */
  send(message: {
    /** A user. Missing: the system, whose messages stand in a notification conversation. */
    readonly sendID?: string
    readonly recvIDs?: readonly string[]
    readonly groupID?: string
    readonly contentType: number
    readonly content: Readonly<Record<string, unknown>>
    readonly ex?: string
  }): Promise<
    readonly { readonly clientMsgID: string; readonly serverMsgID: string; readonly recvID: string }[]
  >
}
