import { Type, type Static } from 'typebox'

const KiB = 1_024
const MiB = 1_048_576

/** Bytes of a row that holds a piece of a file: what a download has in memory at a time. */
export const pieceBytes = 64 * KiB

const count = (description: string, byDefault: number, minimum: number, maximum: number) =>
  Type.Integer({ default: byDefault, minimum, maximum, description })

/** Settings of what clients upload. */
export const Uploads = Type.Object(
  {
    enabled: Type.Boolean({
      default: true,
      description:
        'Serves `/object/…`, where 3.5.2 clients put the files of messages. Off where `apiAddr` is an OpenIM server.'
    }),
    publicUrl: Type.String({
      default: '',
      maxLength: 256,
      description:
        'Begins the addresses of files, such as `https://chat.example.com`. Empty: what the request was sent to; behind a proxy set `server.trustProxy` then.'
    }),
    maxBytes: count('Bytes of the largest file.', 20 * MiB, 1, 1_024 * MiB),
    maxBytesPerUser: Type.Integer({
      default: 1_024 * MiB,
      minimum: 1,
      maximum: 1_048_576 * MiB,
      description: 'Bytes that a user may store, uploads in progress included; each file counts 1 KiB more.'
    }),
    maxBytesInAll: Type.Integer({
      default: 20_480 * MiB,
      minimum: 1,
      maximum: 1_073_741_824 * MiB,
      description: 'Bytes that all users together may store, counted as those of one: keep the disk larger.'
    }),
    partBytes: Type.Integer({
      default: MiB,
      minimum: 4 * pieceBytes,
      maximum: 4 * MiB,
      multipleOf: pieceBytes,
      description:
        'Bytes of the parts in which a file is sent; a multiple of 64 KiB. What was begun with another size begins anew.'
    }),
    ttlS: count(
      'How long an upload may take, in seconds; then its addresses are refused and its parts removed.',
      3_600,
      60,
      86_400
    ),
    requestsPerMinutePerUser: count(
      'Requests of a user in a minute, of which an upload needs three. Its parts are counted apart.',
      120,
      1,
      1_000_000
    ),
    requestsPerMinutePerAddress: count(
      'The same of an address, for IPv6 of one /64, counted before the token is looked at. Behind a proxy set `server.trustProxy`.',
      600,
      1,
      1_000_000
    ),
    partsPerMinutePerUser: count('Parts that a user may send in a minute.', 600, 1, 1_000_000),
    maxPartsAtOnce: count(
      'Parts that are received at the same time, on each node; more wait, unread, and so do those of one user beyond a quarter. Each takes up to `partBytes` of memory.',
      32,
      1,
      10_000
    ),
    maxDownloads: count(
      'Downloads at the same time, on each node; more are refused. Each takes about 128 KiB of memory.',
      1_000,
      1,
      100_000
    ),
    maxDownloadsPerIp: count(
      'The same of one address, for IPv6 of one /64. Behind a proxy set `server.trustProxy`.',
      100,
      1,
      100_000
    )
  },
  { description: 'Files that 3.5.2 clients upload (`uploadFile`, `create…MessageByFile`).' }
)

export type UploadSettings = Static<typeof Uploads>
