import { expect, test } from 'vitest'
import { startScan } from './scan-rig.ts'
import { askedForThree, scanned } from './two-gateways.ts'

async function startTwo(config: Parameters<typeof startScan>[0] = {}) {
  const here = await startScan(config)
  const { clock, state, simulator } = here
  const there = await startScan({ ...config, clock, state, simulator })
  return { here, there }
}

test('a page waits at one gateway, the push comes to the other, and either redeems the code', async () => {
  const { here, there } = await startTwo()
  await using _ = here
  await using __ = there
  const { openid, code } = await scanned({ here, there })
  expect(await there.scan.exchange(code)).toMatchObject({ openid })
  await expect(here.scan.exchange(code)).rejects.toMatchObject({ entry: { key: 'scan.bad_code' } })
})

test('both together keep to one limit and one count of the day', async () => {
  const { here, there } = await startTwo({ config: { scenesPerMinute: 2 } })
  await using _ = here
  await using __ = there
  expect(await askedForThree({ here, there })).toEqual([429, 2])
})
