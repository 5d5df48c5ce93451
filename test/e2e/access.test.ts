import type { FastifyInstance } from 'fastify'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createGateway } from '../../src/index.ts'

let folder: string
let app: FastifyInstance

/** The gateway of `npm start` with everything else on as well, and with a token for those who sign. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paifang-access-'))
  app = await createGateway({
    configFile: resolve('paifang.config.yaml'),
    env: {
      PAIFANG_SERVER_LOG_LEVEL: 'silent',
      PAIFANG_DATABASE_FILE: ':memory:',
      PAIFANG_SIGN_BRIDGE_SECRET_FILE: join(folder, 'sign-bridge.secret'),
      PAIFANG_SIGN_BRIDGE_CALLERS: JSON.stringify({
        shop: { token: 'a-token-of-the-shop-that-is-long-enough' }
      }),
      PAIFANG_SESSIONS_SECRET_FILE: join(folder, 'sessions.secret'),
      PAIFANG_CLICK_STATS_SECRET_FILE: join(folder, 'click-stats.secret'),
      PAIFANG_SSE_HUB_ENDPOINT: 'true',
      PAIFANG_SSE_HUB_TOKEN_SECRET: 'a secret for tokens of topics, long enough',
      PAIFANG_TOKEN_AUTH_ENABLED: 'true',
      PAIFANG_TOKEN_AUTH_SECRET: 'a secret for bearer tokens that is long enough'
    }
  })
})
afterAll(async () => {
  await app.close()
  await rm(folder, { recursive: true })
})

const isGuarded = ({ access }: { readonly access: string | undefined }): boolean =>
  !access?.startsWith('public')

test('every route says who may call it', () => {
  const { routes } = app.gateway
  expect(routes.length).toBeGreaterThan(50)
  const silent = routes.filter(({ access }) => access === undefined)
  expect(silent.map(({ method, url }) => `${method} ${url}`)).toEqual([])
})

/** What those answer who want no token in a header, but something else. */
const otherwise: Readonly<Record<string, number>> = {
  '/_spider': 426, // no WebSocket
  '/_spider/': 426,
  '/im': 426,
  '/im/': 426,
  '/wechat_event': 400, // 非法请求!, as the contract has it
  '/wechat_event/:account': 404,
  '/v1/token/refresh': 400, // what is shown is in the body
  '/v1/scan/exchange': 400
}

test('no route that wants something to be shown answers whoever shows nothing', async () => {
  const guarded = app.gateway.routes.filter(isGuarded)
  expect(guarded.length).toBeGreaterThan(20)
  const wrong: string[] = []
  for (const { method: methods, url } of guarded)
    for (const method of methods.split(',')) {
      const path = url.replace(/:\w+/g, 'some')
      const hasBody = method === 'POST' || method === 'PUT' || method === 'PATCH'
      // eslint-disable-next-line no-await-in-loop
      const { statusCode } = await app.inject({
        method: method as 'GET',
        url: hasBody ? path : `${path}?topics=a`,
        headers: { accept: 'application/problem+json' },
        ...(hasBody && { payload: {} })
      })
      if (statusCode !== (otherwise[url] ?? 401)) wrong.push(`${method} ${url}: ${statusCode}`)
    }
  expect(wrong).toEqual([])
})
