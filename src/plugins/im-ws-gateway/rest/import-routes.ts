import { Type } from 'typebox'
import type { App } from '../../../core/index.ts'
import { Name, Url } from '../operations/fields.ts'
import { bodyOf, type ImRoutesParts } from './parts.ts'
import { GroupID, UserID } from './user-id.ts'

/** Bytes of an id in JSON, with quotes and comma. */
const idBytes = 67

const FriendsBody = bodyOf(
  {
    ownerUserID: UserID,
    friendUserIDs: Type.Array(UserID, { minItems: 1, maxItems: 1_000, uniqueItems: true })
  },
  { ownerUserID: 'ann', friendUserIDs: ['bob'] }
)
const Friends = Type.Object(
  { friends: Type.Integer({ description: 'How many of them are friends now.' }) },
  { examples: [{ friends: 1 }] }
)

const Imported = Type.Object(
  {
    groupID: Type.String(),
    groupName: Type.String(),
    ownerUserID: Type.String(),
    memberCount: Type.Integer(),
    faceURL: Type.String(),
    introduction: Type.String(),
    createTime: Type.Integer({ description: 'Milliseconds since the epoch.' })
  },
  {
    examples: [
      {
        groupID: 'team',
        groupName: 'The team',
        ownerUserID: 'ann',
        memberCount: 2,
        faceURL: '',
        introduction: '',
        createTime: 1_767_225_600_000
      }
    ]
  }
)

/** `POST /v1/im/friends` and `POST /v1/im/groups`. */
export function addImportRoutes(app: App, { settings, backOffice }: ImRoutesParts): void {
  const { maxGroupMembers: maxItems } = settings
  const befriending = {
    bodyLimit: 1_000 * idBytes + 4_096,
    schema: {
      tags: ['im'],
      summary: 'Make users friends of each other',
      description: 'Without asking them. Those who are friends already stay so.',
      body: FriendsBody,
      response: { 200: Friends }
    }
  }
  app.post('/v1/im/friends', befriending, async ({ body: { ownerUserID, friendUserIDs } }) => {
    await backOffice.importFriends(ownerUserID, friendUserIDs)
    return { friends: friendUserIDs.length }
  })

  const Ids = Type.Array(UserID, { maxItems, uniqueItems: true })
  const GroupBody = bodyOf(
    {
      groupID: Type.Optional(GroupID),
      groupName: Type.String({ ...Name, minLength: 1 }),
      ownerUserID: UserID,
      memberUserIDs: Ids,
      adminUserIDs: Type.Optional(Ids),
      faceURL: Type.Optional(Url),
      introduction: Type.Optional(Type.String({ maxLength: 4_096 }))
    },
    { groupID: 'team', groupName: 'The team', ownerUserID: 'ann', memberUserIDs: ['bob'] }
  )
  const grouping = {
    bodyLimit: 2 * maxItems * idBytes + 65_536,
    schema: {
      tags: ['im'],
      summary: 'Make a group with its members',
      description:
        'Without asking them. The owner and the admins are members, whether memberUserIDs names them or not.',
      body: GroupBody,
      response: { 200: Imported }
    }
  }
  app.post('/v1/im/groups', grouping, async ({ body }) => backOffice.importGroup(body))
}
