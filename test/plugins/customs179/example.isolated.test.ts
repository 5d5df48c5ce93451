import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import apiError from '../../../src/plugins/api-error/index.ts'
import cryptoEnvelope from '../../../src/plugins/crypto-envelope/index.ts'
import customs179 from '../../../src/plugins/customs179/index.ts'
import database from '../../../src/plugins/database/index.ts'
import signBridge from '../../../src/plugins/sign-bridge/index.ts'
import signSimulator from '../../../src/plugins/sign-simulator/index.ts'
import state from '../../../src/plugins/state/index.ts'
import { testPlugin, type TestGateway } from '../../../src/testing/index.ts'

let gateway: TestGateway<unknown>
let url: string
beforeAll(async () => {
  gateway = await testPlugin(customs179, {
    with: [
      [apiError],
      [state],
      [database, { file: ':memory:' }],
      [cryptoEnvelope],
      [signSimulator, { algorithm: 'sm2' }],
      [signBridge, { guardSecret: 'only for this test' }]
    ] as never
  })
  url = await gateway.listen({ port: 0, host: '127.0.0.1' })
})
afterAll(() => gateway.close())

const run = promisify(execFile)

test('the example has its data signed and verified', async () => {
  const { stdout } = await run(process.execPath, ['examples/customs179.mjs', url])
  expect(stdout).toMatch(
    /^signed with [0-9a-f]{16}:\n\{"sessionID":"[0-9A-F-]{36}","payExchangeInfoHead":\{"guid"/
  )
  expect(stdout).toContain('"totalAmount":5.0,')
  expect(stdout).toContain('payExInfoStr=%7B%22sessionID%22')
  for (const line of ['valid: true', "algorithm: 'sm2-sm3'", 'reasons: []', 'wellFormed: true'])
    expect(stdout).toContain(line)
})

test('the example fails, and says why, where there is no such gateway', async () => {
  await expect(run(process.execPath, ['examples/customs179.mjs', `${url}/nowhere`])).rejects.toThrow(
    '/v1/customs179/sign: 404'
  )
})
