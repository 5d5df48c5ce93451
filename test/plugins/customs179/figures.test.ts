import { expect, test } from 'vitest'
import { figures } from '../metrics/figures.ts'
import { bodyOf, makeRig, startsAt } from './samples.ts'

test('uploads are counted by what was asked for and what came of it', async () => {
  await using rig = await makeRig()
  for (const _ of [1, 2]) await rig.sign(bodyOf())
  const old = bodyOf({ serviceTime: JSON.stringify(String(startsAt - 3_600_000)) })
  for (const _ of [1, 2, 3]) await rig.sign(old)
  const claim = { str: 'a', signValue: 'AAAA', certificate: 'AAAA' }
  await rig.verify(claim)
  expect(await figures(rig.gateway, 'paifang_customs179')).toEqual({
    'paifang_customs179_requests_total{operation="sign",outcome="signed"}': 2,
    'paifang_customs179_requests_total{operation="sign",outcome="customs179.expired"}': 3,
    'paifang_customs179_requests_total{operation="verify",outcome="invalid"}': 1
  })
})

test('who may not sign is counted, too', async () => {
  await using rig = await makeRig({
    authenticate: () => {
      throw new Error('the bridge has no mind')
    }
  })
  await rig.sign(bodyOf())
  expect(await figures(rig.gateway, 'paifang_customs179')).toEqual({
    'paifang_customs179_requests_total{operation="sign",outcome="internal"}': 1
  })
})
