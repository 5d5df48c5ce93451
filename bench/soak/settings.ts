import { adminSecret } from '../im/accounts.ts'
import { legacyKey } from '../sign/clients.ts'
import type { Fakes } from './fakes.ts'

/** The key id of sealed requests. */
export const envelopeKid = 'soak'

/** Who gets tokens at `POST /v1/token`. */
export const writer = 'writer'

/** Defaults but where time would be wasted: what is away is tried again sooner, and patience is short. */
export function settingsOf(
  { cards, wechat, campus, redis }: Fakes,
  made: Readonly<
    Record<'envelopeKey' | 'topicSecret' | 'clientSecret' | 'callerToken' | 'secret' | 'passwordHash', string>
  >
) {
  const { appId, appSecret, token, encodingAesKey, mode } = wechat.account
  return {
    server: { port: 0, adminPort: 0, trustProxy: true, closeMs: 8_000, bodyLimit: 200_000 },
    plugins: {
      'api-error': true,
      cors: { origins: ['https://portal.example.edu'] },
      related: true,
      state: redis ? { driver: 'redis', redis: { url: redis.url, keyPrefix: 'soak:' } } : true,
      cache: true,
      metrics: true,
      database: { file: 'data/soak.db', busyTimeoutMs: 1_500 },
      'crypto-envelope': {
        legacyKey,
        keys: { [envelopeKid]: { key: made.envelopeKey } },
        replayWindowMs: 60_000
      },
      sessions: { provider: 'campus', loginsPerMinutePerUser: 1_000 },
      'token-auth': {
        secret: made.secret,
        prefixes: ['/board'],
        scopes: { write: { modules: ['v1.board'] } },
        users: [{ username: writer, password: made.passwordHash, scopes: ['write'] }],

        loginsPerMinutePerUser: 1_000
      },
      'click-stats': { clicksPerMinutePerUser: 100_000, clicksPerMinutePerAddress: 100_000 },
      term: { terms: { '2026-2027-1': '2026-8-24', '2026-2027-2': '2026-9-21', '2026-2027-3': '2027-2-22' } },
      'sign-simulator': true,
      'sign-bridge': {
        devices: cards.map(({ url }) => url),
        envelope: 'default',
        timeoutMs: 2_000,
        deadlineMs: 8_000,
        connectWaitMs: 500,
        reconnectMinMs: 50,
        reconnectMaxMs: 500,
        callers: { soak: { token: made.callerToken } },
        getCodeOpen: true
      },
      customs179: true,
      'sse-hub': {
        endpoint: true,
        tokenSecret: made.topicSecret,
        maxStreamsPerIp: 20_000,
        maxQueueBytes: 262_144,
        stalledMs: 2_000,
        historyEvents: 200,
        retryMs: 100,
        busyRetryMs: 300,
        drainMs: 1_000,
        maxLifeMs: 60_000
      },
      'wechat-simulator': true,
      'wechat-scan': {
        appId,
        appSecret,
        token,
        encodingAesKey,
        mode,
        apiBase: wechat.apiBase,
        clientSecret: made.clientSecret
      },
      'fetch-workers': { secret: made.secret },
      'http-client': { internalHosts: ['127.0.0.1'], timeoutMs: 1_500, breakerOpenMs: 2_000 },
      'file-routes': { directory: 'routes' },
      'im-ws-gateway': {
        adminSecret,
        tokenSecret: made.secret,
        graceMs: 2_000,
        drainMs: 1_000,
        requestTimeoutMs: 5_000,
        stalledMs: 3_000
      },
      console: { path: '/console' },
      campus: { use: './campus.js', url: campus.url },
      banner: { use: './banner.js' },
      board: { use: './board.js' }
    }
  }
}
