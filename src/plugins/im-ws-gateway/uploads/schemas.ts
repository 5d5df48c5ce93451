import { Type } from 'typebox'
import { idPattern } from './part-address.ts'

const aHash = '6f5902ac237024bdd0c176cb93063dc4'
const anID = 'qX3mV9b0Yk2fTg7LwZ4cR8uHs1NeAoP5'
const aName = 'ann/cat.png'
/** With the user's id before it. The name itself is checked with the user who sends it. */
const maxObjectNameChars = 512

const Hash = Type.String({ pattern: '^[0-9a-f]{32}$' })
const size = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: 'Bytes of the file.' })
const name = Type.String({
  maxLength: maxObjectNameChars,
  description: "The user's id, a slash, and the name of the file: 1–255 characters."
})
const contentType = Type.Optional(
  Type.String({ maxLength: 129, description: 'A media type without parameters; empty: any bytes.' })
)
const cause = Type.Optional(
  Type.String({ maxLength: 128, description: 'As clients send it; nothing depends on it.' })
)
const Pairs = Type.Array(Type.Object({ key: Type.String(), values: Type.Array(Type.String()) }))

export const PartSizeBody = Type.Object({ size }, { examples: [{ size: 2_621_440 }] })

export const PartSize = Type.Object(
  { size: Type.Integer({ description: 'Bytes of each part but the last.' }) },
  { examples: [{ size: 1_048_576 }] }
)

export const BeginBody = Type.Object(
  {
    hash: Type.Unsafe<string>({
      ...Hash,
      description: 'MD5 of the MD5s of the parts, in hexadecimal and with commas between.'
    }),
    size,
    partSize: Type.Integer({
      minimum: 1,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'As answered before.'
    }),
    maxParts: Type.Optional(Type.Integer({ description: 'As clients send it; all parts are signed.' })),
    cause,
    name,
    contentType
  },
  {
    examples: [
      {
        hash: aHash,
        size: 2_621_440,
        partSize: 1_048_576,
        maxParts: -1,
        cause: '',
        name: aName,
        contentType: 'image/png'
      }
    ]
  }
)

const Upload = Type.Object({
  uploadID: Type.String(),
  partSize: Type.Integer(),
  sign: Type.Object({
    url: Type.String(),
    query: Pairs,
    header: Pairs,
    parts: Type.Array(
      Type.Object({
        partNumber: Type.Integer(),
        url: Type.String({ description: 'Where the part is sent to, with PUT.' }),
        query: Pairs,
        header: Pairs
      })
    )
  }),
  expireTime: Type.Integer({ description: 'Until when, in milliseconds since the epoch.' })
})

const where = `https://chat.example.com/object/parts/${anID}/1?owner=7Zs1kQpW3nVbXc9dLm0RtA&bytes=1048576&expires=1767229200000&signature=7v0dWmJ3Yq1sKc5RzXb9LtF2hGnPoU8eIaQwEyVxTkM`
const url = Type.String({ description: 'The address of the file; empty: it is to be sent.' })
const theFile = `https://chat.example.com/object/${anID}/cat.png`

export const Begun = Type.Object(
  { url, upload: Type.Union([Upload, Type.Null()]) },
  {
    examples: [
      {
        url: '',
        upload: {
          uploadID: anID,
          partSize: 1_048_576,
          sign: {
            url: '',
            query: [],
            header: [],
            parts: [{ partNumber: 1, url: where, query: [], header: [] }]
          },
          expireTime: 1_767_229_200_000
        }
      },
      { url: theFile, upload: null }
    ]
  }
)

/** @param maxParts of the largest file in the smallest parts */
export const completeBody = (maxParts: number) =>
  Type.Object(
    {
      uploadID: Type.String({ pattern: idPattern }),
      parts: Type.Array(Hash, { maxItems: maxParts, description: 'MD5s of the parts, in order.' }),
      cause,
      name,
      contentType
    },
    {
      examples: [
        {
          uploadID: anID,
          parts: ['e3b0c44298fc1c149afbf4c8996fb924'],
          cause: '',
          name: aName,
          contentType: 'image/png'
        }
      ]
    }
  )

export const Completed = Type.Object(
  { url: Type.String({ description: 'The address of the file.' }) },
  { examples: [{ url: theFile }] }
)

const bytes = (example: string) => ({ type: 'string', format: 'binary', examples: [example] }) as const

/** The body of a part, whatever its Content-Type says. */
export const PartBody = {
  content: { 'application/octet-stream': { schema: bytes('the bytes of the part') } }
} as const
export const PartParams = Type.Object({
  uploadID: Type.String({ examples: [anID] }),
  part: Type.String({ examples: ['1'], description: 'From 1.' })
})
export const PartQuery = Type.Object({
  owner: Type.String({ examples: ['7Zs1kQpW3nVbXc9dLm0RtA'] }),
  bytes: Type.String({ examples: ['1048576'] }),
  expires: Type.String({ examples: ['1767229200000'] }),
  signature: Type.String({ examples: ['7v0dWmJ3Yq1sKc5RzXb9LtF2hGnPoU8eIaQwEyVxTkM'] })
})

export const FileParams = Type.Object({
  id: Type.String({ pattern: idPattern, examples: [anID] }),
  name: Type.String({ examples: ['cat.png'], description: 'For people; the id is what counts.' })
})
export const FileBody = {
  200: { content: { '*/*': { schema: bytes('the bytes of the file') } } },
  206: {
    description: 'The bytes that `Range` asks for.',
    content: { '*/*': { schema: bytes('bytes of the file') } }
  },
  304: Type.Null({ description: 'It is the one that `If-None-Match` names.' })
} as const
