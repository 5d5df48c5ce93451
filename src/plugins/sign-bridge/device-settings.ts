import { Type } from 'typebox'

/** Settings of how devices are treated and reached. */
export const deviceSettings = {
  minGapMs: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 60_000,
    description:
      'Rest of a device between a reply and the next request. Some keys fail without one: try 100 to 200 with real cards.'
  }),
  adaptiveTimeout: Type.Boolean({
    default: false,
    description:
      'Wait for a reply only ten times as long as the slowest of the last hundred signatures took, at least 5 s and at most timeoutMs.'
  }),
  timeoutsUntilDown: Type.Integer({
    default: 3,
    minimum: 1,
    maximum: 1_000,
    description:
      'Replies left out in a row until a device is down, and must answer a request without a PIN first.'
  }),
  checkCards: Type.Boolean({
    default: false,
    description:
      'Ask idle devices for their serial each pingIntervalMs, to notice that a card or reader was pulled out. Some controls know no such request.'
  }),
  maxConnecting: Type.Integer({
    default: 16,
    minimum: 1,
    maximum: 64,
    description: 'Connections that may be under way at the same time.'
  }),
  maxPauseMs: Type.Integer({
    default: 5_000,
    minimum: 1_000,
    maximum: 3_600_000,
    description:
      'Longest pause of the host (sleep, a frozen virtual machine) after which connections are kept.'
  }),
  caFile: Type.Optional(
    Type.String({
      minLength: 1,
      description:
        'PEM file of the authorities that wss:// certificates are checked against, instead of the usual ones.'
    })
  ),
  tlsServerName: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 253,
      description:
        'Name that the certificates of wss:// devices must be for, when it is not the one in their URL: wss.singlewindow.cn.'
    })
  ),
  restartHookUrl: Type.Optional(
    Type.String({
      pattern: '^https?://',
      secret: true,
      description:
        'Where to POST {device, address, code} when a reader fails in a way that restarting the control mends (50070, 50200).'
    })
  ),
  restartMinIntervalMs: Type.Integer({
    default: 600_000,
    minimum: 1_000,
    maximum: 86_400_000,
    description: 'Least time between two calls of restartHookUrl for the same device.'
  }),
  deviceLease: Type.Boolean({
    default: false,
    description:
      'Connect to a device only while holding its lock in `state`, so that of several gateways with these devices one drives each.'
  }),
  deviceLeaseMs: Type.Integer({
    default: 30_000,
    minimum: 3_000,
    maximum: 600_000,
    description: 'How long such a lock outlives a gateway that has died.'
  })
}
