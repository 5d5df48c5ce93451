import type { FastifyInstance } from 'fastify'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createGateway } from '../../src/index.ts'

/**
 * The gateway of `npm start` with everything else on as well, and with a token for those who sign. Hold it with `await using`.
 * @param more variables
 */
export async function startEverything(
  more: NodeJS.ProcessEnv = {}
): Promise<AsyncDisposable & { readonly app: FastifyInstance }> {
  const folder = await mkdtemp(join(tmpdir(), 'paifang-everything-'))
  const app = await createGateway({
    configFile: resolve('paifang.config.yaml'),
    env: {
      PAIFANG_SERVER_LOG_LEVEL: 'silent',
      PAIFANG_DATABASE_FILE: ':memory:',
      PAIFANG_SIGN_BRIDGE_KEY_FILE: join(folder, 'sign-bridge.secret'),
      PAIFANG_SIGN_BRIDGE_CALLERS: JSON.stringify({
        shop: { token: 'a-token-of-the-shop-that-is-long-enough' }
      }),
      PAIFANG_SESSIONS_KEY_FILE: join(folder, 'sessions.secret'),
      PAIFANG_CLICK_STATS_KEY_FILE: join(folder, 'click-stats.secret'),
      PAIFANG_SSE_HUB_ENDPOINT: 'true',
      PAIFANG_SSE_HUB_TOKEN_SECRET: 'a secret for tokens of topics, long enough',
      PAIFANG_TOKEN_AUTH_ENABLED: 'true',
      PAIFANG_TOKEN_AUTH_SECRET: 'a secret for bearer tokens that is long enough',
      ...more
    }
  })
  return {
    app,
    [Symbol.asyncDispose]: async () => {
      await app.close()
      await rm(folder, { recursive: true })
    }
  }
}
