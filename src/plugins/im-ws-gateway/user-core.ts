import type {
  Black,
  Conversation,
  Friend,
  FriendRequest,
  Group,
  GroupMember,
  GroupRequest,
  Message,
  Receipt,
  RevokedInfo,
  SignalAction,
  User,
  UserStatus
} from './model.ts'
import type { Arguments, OperationName, Results } from './operations/index.ts'
import type { ImNodesStatus } from './service.ts'

/** A connection of a user, as his core knows it. The object itself is its identity. */
export interface Device {
  /** 1 iOS, 2 Android, 3 Windows, 4 macOS, 5 web, 6 mini-program, 7 Linux, 8 Android pad, 9 iPad, 10 admin, 11 HarmonyOS. */
  readonly platformID: number
  /** A mark of its core: up to there everything that it was told has arrived. Missing: it is not known. */
  readonly mark?: number | undefined
}

/** An operation, by its name, with arguments that fit its schema. @throws {ImError} */
export type Operations = {
  [Name in OperationName]: (args: Arguments[Name], device: Device) => Promise<Results[Name]>
}

/**
 * What answers for one user, however many connections he has. Its life: `UserCores.open` makes it; each connection is
 * attached after its login and detached when it ends; `close` ends it when the last one has been gone for a while.
 */
export interface UserCore {
  readonly userID: string
  readonly operations: Operations
  /**
   * Counts a connection in, which makes the user online on its platform.
   * @param since a mark, or 0: what other connections of the platform were told after it, their answers to `attach`
   *   included, may not have arrived, and was missed
   * @returns what it missed since a connection of the same platform was last there, in order
   */
  attach(device: Device, since?: number): Promise<readonly CoreEvent[]>
  /**
   * @param since a mark, or 0: what the connection was told after it, the answer to `attach` included, may not have
   *   arrived. Missing: everything has
   */
  detach(device: Device, since?: number): void
  /**
   * Counts a connection in that was counted in by another core of the user, which is no more.
   * @param mark of that core: the connection was told all that there was until then
   * @returns what it was not told since
   */
  resume?(device: Device, mark: number): Promise<readonly CoreEvent[]>
  /** A mark: how far events have been handed out by now. It only grows. Missing: the core cannot tell. */
  mark?(): number
  /** Resolves when nothing is under way any more. No event comes after it. */
  close(): Promise<void>
}

export interface DeliverOptions {
  /**
   * The device whose operation, still under way, has caused the event. It hears of it after the answer to the
   * operation: clients rely on that order.
   */
  readonly cause?: Device
  /** The device that is not to hear of it. */
  readonly except?: Device
  /** The one that is to hear of it. Missing: all are. */
  readonly only?: Device
}

/**
 * How something of a user stands, of which only the newest state matters to him. It is told like an event, but becomes
 * one when it is sent: after all that was told until then, and once however often it was told. The object is its
 * identity; it is the same each time.
 */
export interface Snapshot {
  readonly kind: 'snapshot'
  /** It adds up others, and comes after them. */
  readonly isTotal: boolean
  /** The event that says how it stands now. It tells nothing by itself. */
  take(): CoreEvent
}

/** Takes an event for all devices of a user. Events of one conversation come in the order of its messages. */
export type Deliver = (event: CoreEvent | Snapshot, options?: DeliverOptions) => void

/** Makes cores. One implementation keeps everything in `Database`; another may speak to a chat server. */
export interface UserCores {
  /**
   * @throws {ImError} `userNotFound` for a user that does not exist and is not made by logging in
   */
  open(userID: string, deliver: Deliver): Promise<UserCore>
  /** Resolves when cores can be opened. @throws {Error} why they cannot */
  ping(): Promise<void>
  /** How the nodes stand that share the chat. Missing: it is this process's alone. */
  nodes?(): ImNodesStatus | undefined
  /** Leaves what this process does for other nodes to one of them, if there is one; its users stay. */
  handOver?(): Promise<void>
  /** Ends all cores and whatever they share. */
  close(): Promise<void>
}

/**
 * What a user is told without having asked. An event may be handed to many users: it is never changed, so that its
 * encoding can be kept with it.
 */
export type CoreEvent =
  /** `ownSend`: the user's own message, sent by another of his devices. */
  | { readonly kind: 'newMessages'; readonly messages: readonly Message[]; readonly ownSend?: boolean }
  | { readonly kind: 'messageRevoked'; readonly info: RevokedInfo }
  | { readonly kind: 'singleReceipts' | 'groupReceipts'; readonly receipts: readonly Receipt[] }
  | {
      readonly kind: 'newConversations' | 'conversationsChanged'
      readonly conversations: readonly Conversation[]
    }
  | { readonly kind: 'totalUnread'; readonly count: number }
  | { readonly kind: 'selfInfo'; readonly user: User }
  | {
      readonly kind:
        | 'friendApplicationAdded'
        | 'friendApplicationDeleted'
        | 'friendApplicationAccepted'
        | 'friendApplicationRejected'
      readonly request: FriendRequest
    }
  | { readonly kind: 'friendAdded' | 'friendDeleted' | 'friendInfoChanged'; readonly friend: Friend }
  | { readonly kind: 'blackAdded' | 'blackDeleted'; readonly black: Black }
  | {
      readonly kind: 'joinedGroupAdded' | 'joinedGroupDeleted' | 'groupDismissed' | 'groupInfoChanged'
      readonly group: Group
    }
  | {
      readonly kind: 'groupMemberAdded' | 'groupMemberDeleted' | 'groupMemberInfoChanged'
      readonly member: GroupMember
    }
  | {
      readonly kind:
        | 'groupApplicationAdded'
        | 'groupApplicationDeleted'
        | 'groupApplicationAccepted'
        | 'groupApplicationRejected'
      readonly request: GroupRequest
    }
  | { readonly kind: 'userStatus'; readonly status: UserStatus }
  /** Between the two, what was missed is told; what is no message may have been missed as well, and has to be asked for. */
  | { readonly kind: 'syncStarted' | 'syncFinished' }
  | { readonly kind: 'customBusiness'; readonly key: string; readonly data: string }
  | {
      readonly kind:
        | 'newInvitation'
        | 'inviteeAccepted'
        | 'inviteeRejected'
        | 'invitationCancelled'
        | 'invitationTimeout'
        | 'inviteeAcceptedByOtherDevice'
        | 'inviteeRejectedByOtherDevice'
        | 'hangUp'
      readonly action: SignalAction
    }

export type CoreEventKind = CoreEvent['kind']
