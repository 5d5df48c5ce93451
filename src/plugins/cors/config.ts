import { Type, type Static } from 'typebox'

export const Config = Type.Object({
  origins: Type.Array(Type.String({ minLength: 1 }), {
    default: [],
    description:
      'Origins that may read answers and open sockets, such as `https://portal.example.com`, or `*` for any. None: only pages of this gateway itself.'
  }),
  credentials: Type.Boolean({
    default: false,
    description: 'Lets pages of these origins send cookies and client certificates.'
  }),
  methods: Type.Array(Type.String({ pattern: '^[A-Z]+$' }), {
    default: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    description: 'Methods that pages may use.'
  }),
  allowedHeaders: Type.Array(Type.String({ minLength: 1 }), {
    default: [],
    description: 'Request headers that pages may set. None: those that they ask for.'
  }),
  exposedHeaders: Type.Array(Type.String({ minLength: 1 }), {
    default: ['Link', 'Retry-After', 'X-Request-Id', 'X-Total-Count'],
    description: 'Response headers that pages may read beside the harmless ones.'
  }),
  maxAgeS: Type.Integer({
    minimum: 0,
    maximum: 86_400,
    default: 600,
    description: 'Seconds for which browsers may keep the answer to a preflight request.'
  })
})

export type Config = Static<typeof Config>
