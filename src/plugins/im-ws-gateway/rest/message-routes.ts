import { Type, type Static } from 'typebox'
import type { App } from '../../../core/index.ts'
import { ApiError, Errors as CommonErrors } from '../../api-error/service.ts'
import { Ex } from '../operations/fields.ts'
import { bodyOf, type ImRoutesParts } from './parts.ts'
import { GroupID, UserID } from './user-id.ts'

const Members = {
  sendID: Type.Optional(
    Type.String({
      ...UserID,
      description:
        'The user in whose name it is sent. Missing: the system, in a conversation of notifications.'
    })
  ),
  recvIDs: Type.Optional(
    Type.Array(UserID, {
      minItems: 1,
      maxItems: 1_000,
      uniqueItems: true,
      description: 'To each by himself.'
    })
  ),
  groupID: Type.Optional(GroupID),
  contentType: Type.Integer({
    minimum: 1,
    maximum: 9_999,
    description: '101 text, 110 custom, and so on, as the clients number them.'
  }),
  content: Type.Unsafe<Readonly<Record<string, unknown>>>(
    Type.Object(
      {},
      {
        additionalProperties: true,
        description: 'The element of that type as the clients know it: `{"content": "hi"}` for 101.'
      }
    )
  ),
  ex: Type.Optional(Ex)
}
const MessageBody = bodyOf(Members, {
  sendID: 'ann',
  recvIDs: ['bob'],
  contentType: 101,
  content: { content: 'hi' }
})
const Sent = Type.Object(
  {
    messages: Type.Array(
      Type.Object({
        clientMsgID: Type.String(),
        serverMsgID: Type.String(),
        recvID: Type.String({ description: 'Empty for a group.' })
      })
    )
  },
  {
    examples: [
      {
        messages: [
          {
            clientMsgID: 'b1946ac92492d2347c6235b4d2611184',
            serverMsgID: '591785b794601e212b260e25925636fd',
            recvID: 'bob'
          }
        ]
      }
    ]
  }
)

/** `POST /v1/im/messages`. */
export function addMessageRoute(app: App, { backOffice }: ImRoutesParts): void {
  const route = {
    bodyLimit: 524_288,
    schema: {
      tags: ['im'],
      summary: 'Send a message',
      description:
        'As the system or as a user, to up to 1,000 users each by himself (recvIDs) or to a group (groupID).',
      body: MessageBody,
      response: { 200: Sent }
    }
  }
  app.post('/v1/im/messages', route, async ({ body }) => {
    assertOneTarget(body)
    return { messages: [...(await backOffice.send(body))] }
  })
}

/** @throws {ApiError} `param.invalid` naming `recvIDs` when there is no target, `groupID` when there are two kinds */
function assertOneTarget({ recvIDs, groupID }: Static<typeof MessageBody>): void {
  if ((recvIDs === undefined) !== (groupID === undefined)) return
  const fault = recvIDs
    ? {
        path: '/groupID',
        code: 'not',
        message: { 'zh-CN': '不能与 recvIDs 同时出现', en: 'cannot be there together with recvIDs' }
      }
    : {
        path: '/recvIDs',
        code: 'required',
        message: { 'zh-CN': '不能缺少（或给出 groupID）', en: 'is required, or a groupID' }
      }
  throw new ApiError(CommonErrors['param.invalid'], { fields: [fault] })
}
