import { Type, type Static } from 'typebox'

const ms = (description: string, byDefault: number, minimum: number, maximum: number) =>
  Type.Integer({ default: byDefault, minimum, maximum, description })
const count = ms
const hosts = (description: string) =>
  Type.Array(Type.String({ minLength: 1, maxLength: 261 }), { default: [], description })

const Mode = Type.Enum(['prefer', 'only', 'never'], {
  default: 'prefer',
  description:
    'prefer: a worker if there is one, else the gateway. only: a worker or nobody. never: the gateway.'
})

const Rule = Type.Object(
  {
    hosts: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 261 }), {
        minItems: 1,
        description: 'Of requests to these hosts: `www.example.edu`, `*.example.edu`, `10.1.0.0/16`.'
      })
    ),
    methods: Type.Optional(
      Type.Array(Type.String({ pattern: '^[A-Z]+$' }), { minItems: 1, description: 'With these methods.' })
    ),
    plugins: Type.Optional(
      Type.Array(Type.String({ maxLength: 64 }), { minItems: 1, description: 'Made for these plugins.' })
    ),
    mode: Mode
  },
  { description: 'Who makes the requests that fit all that the rule names.' }
)

/** Settings of fetch-workers. */
export const Config = Type.Object({
  path: Type.String({
    default: '/_spider',
    pattern: '^/[A-Za-z0-9/_.-]*$',
    maxLength: 128,
    description: 'Where workers connect.'
  }),
  secret: Type.String({
    default: '',
    maxLength: 512,
    secret: true,
    description:
      'The keys of all workers are made from it. Make one: openssl rand -hex 32. Empty: no worker can log in.'
  }),
  revokedKeys: Type.Array(Type.String({ maxLength: 64 }), {
    default: [],
    description: 'Names of keys that are good no more.'
  }),
  approval: Type.Boolean({
    default: false,
    description: 'A worker that has logged in waits until an operator accepts it on the admin listener.'
  }),
  mode: Mode,
  rules: Type.Array(Rule, {
    default: [],
    description: 'Exceptions from `mode`. The first that fits counts.'
  }),
  credentialHosts: hosts(
    'Hosts whose cookies, tokens and bodies workers may see. Requests with any of these to other hosts are made by the gateway.'
  ),
  maxWorkers: count('Workers at the same time.', 64, 1, 10_000),
  maxInFlight: count('Requests that one worker has at the same time; it may say less.', 32, 1, 1_000),
  ackMs: ms('How long a worker may take to take a request.', 2_000, 100, 60_000),
  authMs: ms('How long a connection may take to log in.', 10_000, 100, 60_000),
  heartbeatMs: ms(
    'How often workers are pinged. Who is silent for twice as long is dead.',
    20_000,
    1_000,
    300_000
  )
})

export type WorkersSettings = Static<typeof Config>
