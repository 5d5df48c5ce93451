import { Type } from 'typebox'
import type { App } from '../../../core/index.ts'
import { ApiError } from '../../api-error/service.ts'
import { RestErrors } from './errors.ts'
import { bodyOf, type ImRoutesParts } from './parts.ts'
import { UserID } from './user-id.ts'

const platforms =
  '1 iOS, 2 Android, 3 Windows, 4 macOS, 5 web, 6 mini-program, 7 Linux, 8 Android pad, 9 iPad, 10 admin, 11 HarmonyOS'
const lastPlatform = 11

const example = { userID: 'ann', platformID: 5 }
const TokenBody = bodyOf(
  {
    userID: UserID,
    platformID: Type.Integer({
      minimum: 0,
      maximum: lastPlatform,
      description: `${platforms}; 0: the token is good on any.`
    })
  },
  example
)
const Issued = Type.Object(
  {
    token: Type.String({ description: 'What the client logs in with.' }),
    expireTimeSeconds: Type.Integer({ description: 'For how many seconds it is good.' })
  },
  {
    examples: [
      {
        token: 'eyJhbGciOiJIUzI1NiJ9.eyJVc2VySUQiOiJhbm4ifQ.c2lnbmF0dXJl',
        expireTimeSeconds: 7_776_000
      }
    ]
  }
)
const LogoutBody = bodyOf(
  {
    userID: UserID,
    platformID: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: lastPlatform,
        description: `On this platform only: ${platforms}.`
      })
    )
  },
  example
)
const Ended = Type.Object(
  { ended: Type.Integer({ description: 'Connections to this node that were ended.' }) },
  { examples: [{ ended: 1 }] }
)

/** `POST /v1/im/token` and `POST /v1/im/logout`. */
export function addTokenRoutes(app: App, { issuer, backOffice, forceLogout }: ImRoutesParts): void {
  const issuing = {
    bodyLimit: 4_096,
    schema: {
      tags: ['im'],
      summary: 'Issue a token',
      description:
        'For a user who is registered. Where tokenCheck is openim, the OpenIM server does that: answers 501.',
      body: TokenBody,
      response: { 200: Issued }
    }
  }
  app.post('/v1/im/token', issuing, async ({ body: { userID, platformID } }, reply) => {
    if (!issuer)
      throw new ApiError(RestErrors['im.tokens_elsewhere'], { detail: 'The setting tokenCheck is openim.' })
    if (!(await backOffice.hasUser(userID)))
      throw new ApiError(RestErrors['im.user_not_found'], {
        detail: 'Register the user first: POST /v1/im/users'
      })
    reply.header('cache-control', 'no-store')
    return issuer.issue(userID, platformID)
  })

  const ending = {
    bodyLimit: 4_096,
    schema: {
      tags: ['im'],
      summary: 'Log a user out',
      description: 'Ends his connections and refuses all tokens that he has now. New ones are good.',
      body: LogoutBody,
      response: { 200: Ended }
    }
  }
  app.post('/v1/im/logout', ending, async ({ body: { userID, platformID } }) => ({
    ended: await forceLogout(userID, platformID)
  }))
}
