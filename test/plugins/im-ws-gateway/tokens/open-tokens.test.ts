import { Value } from 'typebox/value'
import { expect, test } from 'vitest'
import { Config, type ImSettings } from '../../../../src/plugins/im-ws-gateway/config.ts'
import { openTokens } from '../../../../src/plugins/im-ws-gateway/tokens/open-tokens.ts'
import { startOpenIm } from './openim-server.ts'
import { codeOf, startTokens } from './rig.ts'

const settings = (given: Partial<ImSettings>): ImSettings => ({
  ...(Value.Default(Config, {}) as ImSettings),
  ...given
})

test('embedded tokens are issued here', async () => {
  await using rig = await startTokens()
  const opened = await openTokens({ ...rig, settings: settings({ tokenSecret: 'x'.repeat(32) }) })
  const { token = '' } = (await opened.issuer?.issue('u1', 5)) ?? {}
  expect(await opened.tokens.check(token)).toMatchObject({ userID: 'u1' })
  await opened.close()
})

test('those of an OpenIM server are not', async () => {
  await using rig = await startTokens()
  await using server = await startOpenIm(() => ({ errCode: 1503, errMsg: 'no token' }))
  const opened = await openTokens({
    ...rig,
    settings: settings({ tokenCheck: 'openim', openimApi: server.url })
  })
  expect(opened.issuer).toBeUndefined()
  expect(await codeOf(opened.tokens.check('x'))).toBe('tokenMalformed')
  await opened.close()
})
