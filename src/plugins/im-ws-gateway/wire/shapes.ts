import type {
  Black,
  Conversation,
  Friend,
  FriendRequest,
  Group,
  GroupMember,
  GroupRequest,
  Message,
  RevokedInfo,
  User,
  UserCard
} from '../model.ts'

/** What clients of one dialect see of the model: objects that JSON is made from (specification §5). */
export interface Shapes {
  readonly user: (user: User) => object
  readonly userCard: (card: UserCard) => object
  readonly friend: (friend: Friend) => object
  readonly black: (black: Black) => object
  readonly friendRequest: (request: FriendRequest) => object
  readonly group: (group: Group) => object
  readonly groupMember: (member: GroupMember) => object
  readonly groupRequest: (request: GroupRequest) => object
  readonly revoked: (info: RevokedInfo) => object
  /** Whatever is missing is shown as zero. `isAtSelf`: it names the one who reads it. */
  readonly message: (message: Partial<Message>, isAtSelf: boolean) => object
  /** Without its latest message, which is a JSON text in it. */
  readonly conversation: (conversation: Conversation, viewerID: string) => object
  /** A `sessionType`, or `conversationType`. */
  readonly kind: (kind: number) => number
  /** `kind`: the `sessionType`, which tells the two sorts of groups apart. */
  readonly conversationID: (id: string, kind: number, viewerID: string) => string
}
