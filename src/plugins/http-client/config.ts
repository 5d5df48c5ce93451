import { Type, type Static } from 'typebox'

const ms = (description: string, byDefault: number, minimum: number, maximum: number) =>
  Type.Integer({ default: byDefault, minimum, maximum, description })
const count = ms
const MiB = 1_048_576

const hosts = (description: string) =>
  Type.Array(Type.String({ minLength: 1, maxLength: 261 }), { default: [], description })

/** Settings of http-client. */
export const Config = Type.Object({
  timeoutMs: ms('How long a request may take, redirects and the body included.', 7_000, 100, 600_000),
  connectTimeoutMs: ms('How long a connection may take, its name and TLS included.', 3_000, 100, 60_000),
  headersTimeoutMs: ms('How long an upstream may take to begin its answer.', 7_000, 100, 600_000),
  maxBytes: count('Bytes of an answer, before and after it is decompressed.', 5 * MiB, 1_024, 256 * MiB),
  maxRedirects: count('Redirects that are followed.', 5, 0, 20),
  retries: count(
    'How often GET and HEAD are tried again when there was no connection, within the same time.',
    1,
    0,
    1
  ),
  maxConnectionsPerHost: count('Connections to one host at the same time.', 128, 1, 10_000),
  userAgent: Type.String({
    default: 'paifang',
    minLength: 1,
    maxLength: 256,
    pattern: '^[ -~]+$',
    description: 'What upstreams are told who asks.'
  }),
  charsetCandidates: Type.Array(Type.String({ maxLength: 32 }), {
    default: ['gb18030', 'big5'],
    description:
      'Encodings that a text may have that does not say which, and is not UTF-8. The most likely first.'
  }),
  defaultCharset: Type.String({
    default: 'gb18030',
    maxLength: 32,
    description: 'The encoding of a text of which nothing can be found out.'
  }),
  insecureHosts: hosts('Hosts whose TLS certificate is not checked: `old.example.edu`, `10.1.2.3:8443`.'),
  internalHosts: hosts(
    'Hosts, addresses and networks that requests may go to although they are on this machine or its link: `localhost:8080`, `127.0.0.1`, `169.254.10.0/24`. With blockPrivate also those on private networks.'
  ),
  blockPrivate: Type.Boolean({
    default: false,
    description:
      'Closes private networks (10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10, fc00::/7), too.'
  }),
  hostsByPlugin: Type.Record(
    Type.String({ pattern: '^(?:[*]|[a-z][a-z0-9-]*)$' }),
    Type.Array(Type.String({ minLength: 1, maxLength: 261 })),
    {
      default: {},
      description:
        'The only hosts that a plugin may reach, by its name; under `*` those of plugins that are not named. Without either, any host. Example: `{ file-routes: ["*.example.edu"] }`.'
    }
  ),
  breakerFailures: count(
    'Failures of a host in a row, within breakerWindowMs, after which it gets no request. 0: never.',
    3,
    0,
    1_000
  ),
  breakerWindowMs: ms('How long a failure counts.', 60_000, 1_000, 3_600_000),
  breakerOpenMs: ms(
    'How long a host gets no request; then one shows whether it works again.',
    30_000,
    1_000,
    3_600_000
  ),
  slowCallMs: ms('A request that takes longer counts as a failure.', 10_000, 100, 600_000),
  breakerExcludedRoutes: Type.Array(Type.String({ maxLength: 512 }), {
    default: [],
    description: 'Routes whose requests always go out, and do not count, such as `/api/user`.'
  })
})

export type HttpSettings = Static<typeof Config>
