import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createGateway } from '../../../src/index.ts'
import { secretsIn, type Secret } from '../../e2e/secret-scan.ts'

const key = 'vB3xKq8ZtY6mWn2R'
const token = 'Tq5Lw8Zb2Nc7Kd4Xf9Hv3Rm6Ys1Gp0Aj'
const imSecret = 'Gk2Rw9Vn5Xc8Bq3Lm7Zt4Pj6Hs1Df0Ya'
const workerSecret = 'Wd3Kx8Qn5Zr7Vb2Mc9Lp4Tj6Hg1Sf0Ye'
const password = 'Pk7w3Qz9'
const named: Secret[] = Object.entries({ key, token, imSecret, workerSecret, password }).map(
  ([name, value]) => ({
    name,
    value,
    guessable: true
  })
)

test('neither settings nor what callers send is on the page or in its stream, here or on the admin listener', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'paifang-console-'))
  const lines: string[] = []
  const app = await createGateway({
    configFile: resolve('paifang.config.yaml'),
    logDestination: { write: line => void lines.push(line) },
    env: {
      PAIFANG_SERVER_LOG_LEVEL: 'info',
      PAIFANG_SERVER_ADMIN_PORT: '0',
      PAIFANG_DATABASE_FILE: ':memory:',
      PAIFANG_CRYPTO_ENVELOPE_LEGACY_KEY: key,
      PAIFANG_SIGN_BRIDGE_CALLERS: JSON.stringify({ shop: { token, pin: password } }),
      PAIFANG_SIGN_BRIDGE_KEY_FILE: join(folder, 'sign-bridge.secret'),
      PAIFANG_SESSIONS_KEY_FILE: join(folder, 'sessions.secret'),
      PAIFANG_CLICK_STATS_KEY_FILE: join(folder, 'click-stats.secret'),
      PAIFANG_IM_WS_GATEWAY_ADMIN_SECRET: imSecret,
      PAIFANG_IM_WS_GATEWAY_TOKEN_SECRET: imSecret,
      PAIFANG_FETCH_WORKERS_SECRET: workerSecret
    }
  })
  onTestFinished(async () => {
    await app.close()
    await rm(folder, { recursive: true })
  })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const { url: admin } = JSON.parse(lines.find(line => line.includes('"admin listener"')) ?? '{}') as {
    url: string
  }
  const headers = {
    authorization: `Bearer ${password}`,
    cookie: `a=${password}`,
    'content-type': 'application/json'
  }
  for (const path of ['v1/sign', 'v1/sign/batch', 'getCode', 'auth', 'v1/im/users', password])
    await fetch(`${url}/${path}?pin=${password}&token=${token}`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ data: password, pin: [password], cardnum: 'a', password })
    })

  const stream = await fetch(`${url}/_console/events`)
  const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader()
  let told = ''
  while (!told.includes('"failures":[{')) told += (await reader?.read())?.value ?? ''
  await reader?.cancel()
  const texts = await Promise.all(
    [`${url}/`, `${url}/_console/console.js`, `${admin}/console`].map(async page =>
      (await fetch(page)).text()
    )
  )
  for (const text of [told, ...texts]) {
    expect(text.length).toBeGreaterThan(100)
    expect(secretsIn(Buffer.from(text), named)).toEqual([])
  }
  expect(texts[0]).toContain('POST /v1/im/users')
})
