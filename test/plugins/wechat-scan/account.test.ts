import { expect, test } from 'vitest'
import { accountsOf, placesFor } from '../../../src/plugins/wechat-scan/account.ts'

const none = {
  appId: '',
  appSecret: '',
  token: '',
  encodingAesKey: '',
  mode: 'secure',
  accounts: []
} as const
const simulated = {
  appId: 'wxsim',
  appSecret: 's',
  token: 'simtoken',
  encodingAesKey: 'A'.repeat(43),
  mode: 'secure'
} as const

test('without settings there is no account', () => {
  expect(accountsOf(none)).toEqual([])
})

test('without settings the simulator’s account is the one without a name', () => {
  expect(accountsOf(none, { account: simulated })).toEqual([
    {
      name: 'default',
      appId: 'wxsim',
      appSecret: 's',
      token: 'simtoken',
      aesKeys: ['A'.repeat(43)],
      mode: 'secure'
    }
  ])
})

test.each([{ appId: 'wx1' }, { token: 'abc' }])('%j keeps the simulator out', own => {
  const [account, ...others] = accountsOf({ ...none, ...own }, { account: simulated })
  expect([account?.name, account?.appSecret, others]).toEqual(['default', '', []])
})

test('further accounts come with their names, and the previous key behind the current one', () => {
  const encodingAesKey = `${'B'.repeat(43)},${'A'.repeat(43)}`
  const [shop, ...others] = accountsOf({
    ...none,
    accounts: [{ ...simulated, name: 'shop', encodingAesKey }]
  })
  expect([shop?.name, shop?.aesKeys, others]).toEqual(['shop', ['B'.repeat(43), 'A'.repeat(43)], []])
})

const simulator = { account: simulated, apiBase: 'http://127.0.0.1:4711' }
const own = { api: 'https://api.weixin.qq.com', pictures: 'https://mp.weixin.qq.com' }

test('the simulator stands in for WeChat where the account is its own, and gets no secret of another', () => {
  expect(placesFor({ appId: 'wxsim' }, '', simulator).api).toBe('http://127.0.0.1:4711')
  expect(placesFor({ appId: 'wxreal' }, '', simulator)).toEqual(own)
  expect(placesFor({ appId: 'wxreal' }, '')).toEqual(own)
})

test('a base that is set is where every account goes, with or without a slash at its end', () => {
  const there = { api: 'http://there/wx', pictures: 'http://there/wx' }
  expect(placesFor({ appId: 'wxsim' }, 'http://there/wx/', simulator)).toEqual(there)
  expect(placesFor({ appId: 'wxreal' }, 'http://there/wx', simulator)).toEqual(there)
})
