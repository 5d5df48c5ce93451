import { Type } from 'typebox'
import type { App } from '../../../core/index.ts'
import { ApiError } from '../../api-error/service.ts'
import { Ex, Name, Url } from '../operations/fields.ts'
import { RestErrors } from './errors.ts'
import { bodyOf, type ImRoutesParts } from './parts.ts'
import { UserID } from './user-id.ts'

const ann = { userID: 'ann', nickname: 'Ann', faceURL: 'https://www.example.com/ann.png' }
const UserBody = bodyOf(
  {
    userID: UserID,
    nickname: Type.Optional(Name),
    faceURL: Type.Optional(Url),
    ex: Type.Optional(Ex)
  },
  ann
)
const Registered = Type.Object(
  {
    userID: UserID,
    nickname: Name,
    faceURL: Url,
    created: Type.Boolean({ description: 'False: the user was there already.' })
  },
  { examples: [{ ...ann, created: true }] }
)
const Found = Type.Object(
  {
    userID: UserID,
    nickname: Name,
    faceURL: Url,
    ex: Ex,
    createTime: Type.Integer({ description: 'Milliseconds since the epoch.' }),
    platformIDs: Type.Optional(
      Type.Array(Type.Integer(), { description: 'Where the user is connected to this node.' })
    )
  },
  { examples: [{ ...ann, ex: '', createTime: 1_767_225_600_000, platformIDs: [5] }] }
)

/** `POST /v1/im/users` and `GET /v1/im/users/:userID`. */
export function addUserRoutes(app: App, { backOffice, platformsOf }: ImRoutesParts): void {
  const registering = {
    bodyLimit: 65_536,
    schema: {
      tags: ['im'],
      summary: 'Register a user',
      description:
        'One who is there already is changed in what is given. Both may be sent as often as you like.',
      body: UserBody,
      response: { 200: Registered }
    }
  }
  app.post('/v1/im/users', registering, async ({ body }) => {
    const { created } = await backOffice.registerUser(body)
    const { nickname, faceURL } = await userOf(body.userID, backOffice)
    return { userID: body.userID, nickname, faceURL, created }
  })

  const lookup = {
    schema: {
      tags: ['im'],
      summary: 'Look a user up',
      description: 'Answers 404 when there is no such user.',
      params: Type.Object({ userID: UserID }),
      response: { 200: Found }
    }
  }
  app.get('/v1/im/users/:userID', lookup, async ({ params }) => {
    const { userID, nickname, faceURL, ex, createTime } = await userOf(params.userID, backOffice)
    const platformIDs = platformsOf && [...platformsOf(userID)]
    return { userID, nickname, faceURL, ex, createTime, ...(platformIDs && { platformIDs }) }
  })
}

async function userOf(userID: string, backOffice: ImRoutesParts['backOffice']) {
  const user = await backOffice.user(userID)
  if (!user) throw new ApiError(RestErrors['im.user_not_found'])
  return user
}
