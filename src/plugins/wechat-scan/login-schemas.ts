import { Type } from 'typebox'

const id = 'default.Zk3vQ0uX9bT2mC7rY5pL1w'
const standing = {
  state: 'ready',
  id,
  url: 'http://weixin.qq.com/q/02abcdefghijk',
  svg: `/v1/scan/qr.svg?id=${id}`,
  expiresAt: 1_767_225_900_000,
  expiresInMs: 300_000,
  refreshesLeft: 3
}

/** What a login may begin with. */
export const Begin = Type.Object(
  {
    account: Type.Optional(Type.String({ maxLength: 32, description: 'Default: the first account.' })),
    crossSite: Type.Optional(
      Type.Boolean({
        description: 'The page is of another site: the answer has a ticket in place of the cookie.'
      })
    )
  },
  { additionalProperties: false }
)

/** The query of those who may have a ticket. */
export const WithTicket = Type.Object({
  ticket: Type.Optional(
    Type.String({
      maxLength: 64,
      description: 'In place of the cookie, good once.',
      examples: ['pT7cX2nB9qL4vM1zR8kW5yD3']
    })
  )
})

const Text = Type.Optional(Type.String())
const Count = Type.Optional(Type.Integer())
const Members = {
  state: Type.String({ description: '`ready`, `scanned`, `confirmed`, `expired`, `cancelled` or `busy`.' }),
  id: Text,
  url: Type.Optional(Type.String({ description: 'What the QR code says.' })),
  svg: Type.Optional(Type.String({ description: 'Where its picture is.' })),
  expiresAt: Type.Optional(Type.Integer({ description: 'Milliseconds since the epoch.' })),
  expiresInMs: Count,
  refreshesLeft: Type.Optional(Type.Integer({ description: 'QR codes that the page still gets by itself.' })),
  code: Type.Optional(Type.String({ description: 'Good once, for a minute.' })),
  refreshable: Type.Optional(Type.Boolean({ description: 'The user may ask for another QR code.' })),
  retryMs: Count
}

/** Where a login stands. */
export const Standing = Type.Object(Members, { examples: [standing] })

/** A login that has begun, and where to hear of it. */
export const Begun = Type.Object(
  { ...Members, stream: Type.String(), poll: Type.String(), ticket: Text },
  { examples: [{ ...standing, stream: '/v1/scan/stream', poll: '/v1/scan/status' }] }
)

/** The events of a login. */
export const Events = Type.String({
  description: 'Server-Sent Events, named by the state that the login is in.',
  examples: ['event: scanned\ndata: {}\n\n']
})

/** Which QR code is wanted; missing: that of the cookie. */
export const PictureQuery = Type.Object({
  id: Type.Optional(Type.String({ pattern: '^[a-z0-9-]{1,32}\\.[A-Za-z0-9_-]{22}$', examples: [id] }))
})

/** A QR code. */
export const Picture = Type.String({
  examples: ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 33 33"><path d="M4 4h7v1h-7z"/></svg>']
})
