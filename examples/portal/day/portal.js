import { join } from 'node:path'
import { builtins, Cache, ClickStats, Clock, createGateway, definePlugin, fakeClock } from 'paifang'
import { startOldCampus } from '../old-campus/campus.js'

const folder = join(import.meta.dirname, '..')
const minuteMs = 60_000
/** 08:00 in Shanghai. */
const morning = Date.UTC(2026, 3, 1)
const secret = 'a secret for one day, and no longer'

/** Starts the portal and the old campus, with a clock that only goes on when it is told to, and a database in memory. */
export async function openPortal() {
  const campus = await startOldCampus()
  const clock = fakeClock(morning)
  const time = definePlugin({
    name: 'time',
    description: 'A clock that stands still.',
    provides: Clock,
    setup: () => clock
  })
  const app = await createGateway({
    configFile: join(folder, 'paifang.config.yaml'),
    builtins: [...builtins, time],
    env: {
      LOG_LEVEL: 'silent',
      PAIFANG_TIME_ENABLED: 'true',
      PAIFANG_DATABASE_FILE: ':memory:',
      PAIFANG_SESSIONS_SECRET: secret,
      // Quick to derive, and quick to guess.
      PAIFANG_SESSIONS_KDF: 'scrypt',
      PAIFANG_SESSIONS_SCRYPT_COST: '10',
      PAIFANG_CLICK_STATS_SECRET: secret,
      PAIFANG_FILE_ROUTES_DIRECTORY: join(folder, 'routes'),
      PAIFANG_CAMPUS_URL: campus.url
    }
  })
  return portalOf(app, campus, clock)
}

/** The portal as its users see it, and the hands of its clock. */
function portalOf(app, campus, clock) {
  const { faults } = campus

  /** Makes a request. `asked`: how often the campus was asked until it was answered. */
  async function ask(method, url, { token, ...body } = {}) {
    const before = faults.total
    const payload = Object.keys(body).length > 0 ? { payload: body } : {}
    const answer = await app.inject({ method, url, headers: token ? { token } : {}, ...payload })
    return { ...answer.json(), asked: faults.total - before }
  }

  return {
    campus,
    ask,
    get: (url, token) => ask('GET', url, { token }),
    /** `more`: a platform, or a token to show. */
    logIn: (cardnum, password, more) => ask('POST', '/auth', { cardnum, password, platform: 'web', ...more }),
    time: () => new Date(clock.now() + 8 * 60 * minuteMs).toISOString().slice(11, 16),
    pass: minutes => clock.advance(minutes * minuteMs),
    clicks: async () => (await app.getDecorator(ClickStats.name).counts({ kind: 'banner' })).items[0].clicks,

    /** Resolves when nothing is done behind the answers any more. */
    async settled() {
      const cache = app.getDecorator(Cache.name)
      while (cache.stats().inFlight > 0) await new Promise(resolve => setImmediate(resolve))
    },

    async close() {
      await app.close()
      await campus.close()
    }
  }
}
