import { expect, test, vi } from 'vitest'
import { WechatApiError } from '../../../src/plugins/wechat-scan/wechat-api-error.ts'
import { FakeApi, loginNode } from './login-rig.ts'

const busy = (): WechatApiError => new WechatApiError('system error (-1)', { errcode: -1, retryable: true })
const overQuota = (): WechatApiError =>
  new WechatApiError('reach max api daily quota limit (45009)', { errcode: 45009, retryable: false })
const settle = (): Promise<void> => new Promise(resolve => setImmediate(resolve))
const startOfFill = async (node: ReturnType<typeof loginNode>): Promise<void> => {
  node.stock.fill()
  await node.clock.advance(0)
  for (let turn = 0; turn < 20; turn++) {
    // eslint-disable-next-line no-await-in-loop
    await settle()
  }
}

test('a stock is filled in the background, and what is taken comes from it', async () => {
  const node = loginNode({ target: 4 })
  await startOfFill(node)
  expect(node.stock.size).toBe(4)
  const made = node.api.made.map(({ scene }) => scene)
  expect(await node.stock.take()).toMatchObject({ scene: made[0] })
  expect(node.stock.size).toBe(3)
  expect(node.api.made).toHaveLength(4)
})

test('it is filled again when half of it is gone', async () => {
  const node = loginNode({ target: 4 })
  await startOfFill(node)
  await node.stock.take()
  await node.stock.take()
  expect(node.stock.size).toBe(2)
  await node.stock.take()
  await startOfFill(node)
  expect(node.stock.size).toBe(4)
})

test('WeChat is asked for more time than a scene needs, so that it keeps', async () => {
  const node = loginNode({ target: 1 })
  await startOfFill(node)
  const { ttlS } = node.api.made[0] ?? { ttlS: 0 }
  expect(ttlS).toBeGreaterThan(120)
  await node.clock.advance((ttlS - 121) * 1_000)
  expect(await node.stock.take()).toMatchObject({ scene: node.api.made[0]?.scene })
})

test('what would end before its time to live is discarded', async () => {
  const node = loginNode({ target: 2 })
  await startOfFill(node)
  const [old] = node.api.made
  await node.clock.advance(((old?.ttlS ?? 0) - 119) * 1_000)
  const taken = await node.stock.take()
  expect(node.api.made.map(({ scene }) => scene).indexOf(taken.scene)).toBeGreaterThan(1)
  expect(node.counters.values).toMatchObject({ scenes_discarded_total: 2 })
})

test('no scene is handed out twice, and one given back twice is there once', async () => {
  const node = loginNode({ target: 3 })
  await startOfFill(node)
  const taken = await Promise.all(Array.from({ length: 20 }, () => node.stock.take()))
  expect(new Set(taken.map(({ scene }) => scene)).size).toBe(20)
  const [first] = taken
  if (!first) throw new Error('nothing taken')
  const before = node.stock.size
  node.stock.giveBack(first)
  node.stock.giveBack(first)
  expect(node.stock.size).toBe(before + 1)
  expect(await node.stock.take()).toBe(first)
})

test('one slow call holds up nobody else', async () => {
  const node = loginNode()
  let release: () => void = () => undefined
  const other = new FakeApi(node.clock)
  vi.spyOn(node.api, 'createQr').mockImplementationOnce(async (scene, ttlS) => {
    await new Promise<void>(resolve => (release = resolve))
    return other.createQr(scene, ttlS)
  })
  const slow = node.stock.take()
  await settle()
  await expect(node.stock.take()).resolves.toBeDefined()
  release()
  await expect(slow).resolves.toBeDefined()
})

test('a busy WeChat is asked again, a few times', async () => {
  const node = loginNode()
  node.api.faults.push(busy(), busy())
  const taken = node.stock.take()
  await node.clock.advance(1_000)
  await expect(taken).resolves.toBeDefined()
})

test('when WeChat keeps failing, callers are refused at once until a pause is over', async () => {
  const node = loginNode()
  node.api.faults.push(busy(), busy(), busy())
  const refused = node.stock.take().catch((error: unknown) => error)
  await node.clock.advance(1_000)
  expect(await refused).toMatchObject({ entry: { key: 'scan.busy' } })
  expect(node.stock.problem).toBe('system error (-1)')
  await expect(node.stock.take()).rejects.toMatchObject({
    context: { retryAfter: expect.any(Number) as number }
  })
  expect(node.api.made).toHaveLength(0)
  await node.clock.advance(4_000)
  await expect(node.stock.take()).resolves.toBeDefined()
  expect(node.stock.problem).toBeUndefined()
})

test('used-up quota of WeChat is left alone for ten minutes', async () => {
  const node = loginNode({ target: 2 })
  node.api.faults.push(overQuota())
  await startOfFill(node)
  await expect(node.stock.take()).rejects.toMatchObject({ context: { retryAfter: 600 } })
  await node.clock.advance(600_000)
  await startOfFill(node)
  expect(node.stock.size).toBe(2)
})

test('a mistake in the settings is told, and tried again later', async () => {
  const node = loginNode()
  node.api.faults.push(new WechatApiError('invalid appid (40013)', { errcode: 40013, retryable: false }))
  await expect(node.stock.take()).rejects.toMatchObject({ entry: { key: 'scan.busy' } })
  expect(node.stock.problem).toBe('invalid appid (40013)')
  await node.stock.take()
  expect(node.stock.problem).toBeUndefined()
})

test('a stock that was stopped makes nothing more', async () => {
  const node = loginNode({ target: 2 })
  node.stock.stop()
  await startOfFill(node)
  expect(node.api.made).toHaveLength(0)
  await expect(node.stock.take()).rejects.toMatchObject({ entry: { key: 'scan.busy' } })
})

test('QR codes are counted for a day of WeChat’s, which begins at 16:00 UTC; four fifths of them are told once, the end is kept', async () => {
  const node = loginNode({ dailyQuota: 5 })
  for (let count = 0; count < 5; count++) {
    // eslint-disable-next-line no-await-in-loop
    await node.stock.take()
  }
  expect(await node.quota.used()).toBe(5)
  expect(node.log.lines.filter(line => line.includes('four fifths'))).toHaveLength(1)
  expect(node.counters.values).toMatchObject({ quota_alarms_total: 1 })
  await expect(node.stock.take()).rejects.toMatchObject({ entry: { key: 'scan.busy' } })
  expect(await node.quota.used()).toBe(5)
  expect(node.api.made).toHaveLength(5)
  await node.clock.advance(Date.UTC(2026, 0, 1, 16) - 1 - node.clock.now())
  await expect(node.stock.take()).rejects.toMatchObject({ entry: { key: 'scan.busy' } })
  await node.clock.advance(1)
  await expect(node.stock.take()).resolves.toBeDefined()
  expect(await node.quota.used()).toBe(1)
})

test('a QR code that was not made does not count', async () => {
  const node = loginNode()
  node.api.faults.push(overQuota())
  await expect(node.stock.take()).rejects.toMatchObject({ entry: { key: 'scan.busy' } })
  expect(await node.quota.used()).toBe(0)
})
