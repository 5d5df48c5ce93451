import { expect, test } from 'vitest'
import { startRig } from './rig.ts'

const login = { username: '213170001', password: 'correct horse', platform: 'wechat' }

test('an adapter gives a person whom it knows always the same token, good once they have logged in', async () => {
  await using rig = await startRig()
  const token = rig.service.adapterToken('wechat', 'openid-1')
  expect(token).toMatch(/^[0-9a-f]{64}$/)
  expect(await rig.me(token)).toBeUndefined()
  expect(await rig.service.login({ ...login, token })).toBe(token)
  expect(await rig.me(token)).toMatchObject({ platform: 'wechat', cardnum: '213170001' })
  expect(await rig.service.login({ ...login, token })).toBe(token)
  expect(rig.provider.asked).toHaveLength(1)
})

test('tokens of other people and other adapters are others', async () => {
  await using rig = await startRig()
  const { service } = rig
  const tokens = [
    service.adapterToken('wechat', 'a'),
    service.adapterToken('wechat', 'b'),
    service.adapterToken('wecha', 'ta'),
    service.adapterToken('qq', 'a')
  ]
  expect(new Set(tokens).size).toBe(4)
  expect(() => service.adapterToken('wechat\0a', 'b')).toThrow(TypeError)
})

test('whoever logs in next with the same token takes it over', async () => {
  await using rig = await startRig()
  const token = rig.service.adapterToken('wechat', 'shared phone')
  await rig.service.login({ ...login, token })
  expect(await rig.me(token)).toMatchObject({ cardnum: '213170001' })
  await rig.service.login({ ...login, username: '213170002', password: 'battery staple', token })
  expect(await rig.me(token)).toMatchObject({ cardnum: '213170002' })
})

test('another phone of the same person takes the place of the first', async () => {
  await using rig = await startRig()
  const [first, second] = ['one', 'two'].map(subject => rig.service.adapterToken('wechat', subject))
  for (const token of [first, second]) await rig.service.login({ ...login, ...(token && { token }) })
  expect([await rig.me(first), await rig.me(second)]).toEqual([undefined, expect.anything()])
})

test('after a change of the password the token of the adapter is good again, even with reissue: rotate', async () => {
  await using rig = await startRig({ config: { reissue: 'rotate' } })
  const token = rig.service.adapterToken('wechat', 'openid-1')
  await rig.service.login({ ...login, token })
  rig.provider.change('213170001', { password: 'changed' })
  expect(await rig.service.login({ ...login, password: 'changed', token })).toBe(token)
  expect(await rig.service.login({ ...login, password: 'changed', token })).toBe(token)
  expect(await rig.me(token)).toBeDefined()
})
