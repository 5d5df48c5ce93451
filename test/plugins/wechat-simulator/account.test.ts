import { expect, test } from 'vitest'
import { simulatedAccount } from '../../../src/plugins/wechat-simulator/account.ts'
import { keyBytes } from '../../../src/wechat/message-crypt.ts'

test('what is not given is drawn anew for each account', () => {
  const [one, other] = [simulatedAccount(), simulatedAccount({ appId: '', token: '' })]
  expect(one).toEqual({
    appId: expect.stringMatching(/^wx[0-9a-f]{16}$/),
    appSecret: expect.stringMatching(/^[0-9a-f]{32}$/),
    token: expect.stringMatching(/^[A-Za-z0-9]{32}$/),
    encodingAesKey: expect.stringMatching(/^[A-Za-z0-9]{43}$/),
    mode: 'secure',
    originalId: expect.stringMatching(/^gh_[0-9a-f]{12}$/)
  })
  for (const key of ['appId', 'appSecret', 'token', 'encodingAesKey', 'originalId'] as const)
    expect(one[key]).not.toBe(other[key])
})

test('what is given stays as it is', () => {
  const given = {
    appId: 'wx1',
    appSecret: 's',
    token: 'abc',
    encodingAesKey: 'k'.repeat(43),
    mode: 'plain',
    originalId: 'gh_1'
  } as const
  expect(simulatedAccount(given)).toEqual(given)
})

test('a drawn key is base64 that a strict decoder takes, too', () => {
  for (let count = 0; count < 100; count++) {
    const { encodingAesKey } = simulatedAccount()
    expect(keyBytes(encodingAesKey).toString('base64')).toBe(`${encodingAesKey}=`)
  }
})
