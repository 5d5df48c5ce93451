import { Type, type Static } from 'typebox'

const MiB = 1_048_576

/** Settings of file-routes. */
export const Config = Type.Object({
  directory: Type.String({
    default: 'routes',
    minLength: 1,
    maxLength: 4_096,
    description: 'Directory of the route files, relative to where the gateway is started.'
  }),
  prefix: Type.String({
    default: '',
    maxLength: 256,
    pattern: '^(?:/[A-Za-z0-9_-]+)*$',
    description: 'What the paths of all files begin with, such as `/api`.'
  }),
  dialect: Type.Enum(['plain', 'flask', 'ws3', 'problem'], {
    default: 'ws3',
    description:
      'The dialect of the files, where neither they, the settings of api-error nor the caller say another.'
  }),
  indexAlias: Type.Boolean({
    default: false,
    description: '`a/index.js` answers at `/a/index`, too, and not at `/a` alone.'
  }),
  mergeParams: Type.Boolean({
    default: false,
    description:
      'The first argument of functions is the body with the query over it, as WebService3 had it. `this.params` is strict in any case.'
  }),
  watch: Type.Optional(
    Type.Boolean({
      description:
        'Takes over changes of the files while the gateway runs. Default: true, but false when `NODE_ENV` is `production`.'
    })
  ),
  maxBodyBytes: Type.Integer({
    default: MiB,
    minimum: 1,
    maximum: 256 * MiB,
    description: 'Bytes of a body.'
  }),
  maxParameters: Type.Integer({
    default: 1_000,
    minimum: 1,
    maximum: 100_000,
    description: 'Parameters of a query or a form, and members of a JSON body.'
  }),
  maxDepth: Type.Integer({
    default: 20,
    minimum: 1,
    maximum: 30,
    description: 'How deep objects and lists may be nested in a JSON body.'
  }),
  values: Type.Record(Type.String(), Type.Unknown(), {
    default: {},
    secret: true,
    description:
      'What route files read as `this.config`: addresses, keys and the like. Shown nowhere. Its variable takes JSON.'
  })
})

export type Config = Static<typeof Config>
