import { expect, test } from 'vitest'
import { fakeClock } from '../../../../src/testing/index.ts'
import { textMessage } from './message.ts'
import { startRig } from './rig.ts'

test('a reader who takes nothing is given up once too much waits for him, and the others hear everything', async () => {
  await using rig = await startRig({ config: { policy: 'share', maxQueueBytes: 1_000_000 } })
  const [slow, other] = [await rig.start(), await rig.start({ platformID: 1 })]
  slow.socket.pause()
  const core = rig.cores.of('u1')
  let sent = 0
  await rig.until(() => {
    core.deliver({ kind: 'newMessages', messages: [textMessage(`${sent++} ${'x'.repeat(50_000)}`)] })
    return rig.gateway.status().ended['slow'] === 1 || sent > 5_000
  })
  await other.until(() => other.events.filter(event => event === 'OnRecvNewMessages').length === sent)
  expect(rig.gateway.status().ended['slow']).toBe(1)
  expect(core.devices.size).toBe(1)
  await rig.until(() => rig.gateway.status().queuedBytes === 0)
})

test('a reader who takes nothing for a while is given up, however little waits', async () => {
  const clock = fakeClock()
  await using rig = await startRig({
    clock,
    config: { stalledMs: 10_000, pingMs: 29_000 },
    random: () => 0.99
  })
  const slow = await rig.start()
  slow.socket.pause()
  const core = rig.cores.of('u1')
  await rig.until(() => {
    core.deliver({ kind: 'newMessages', messages: [textMessage('x'.repeat(50_000))] })
    return rig.gateway.status().queuedBytes > 200_000
  })
  await clock.advance(9_000)
  expect(rig.gateway.status().connections).toBe(1)
  await clock.advance(7_000)
  await rig.until(() => rig.gateway.status().ended['slow'] === 1)
  expect(rig.gateway.status()).toMatchObject({ connections: 0, queuedBytes: 0 })
})

test('one who takes a little now and then is not', async () => {
  const clock = fakeClock()
  await using rig = await startRig({
    clock,
    config: { stalledMs: 10_000, pingMs: 29_000 },
    random: () => 0.99
  })
  const slow = await rig.start()
  slow.socket.pause()
  const core = rig.cores.of('u1')
  await rig.until(() => {
    core.deliver({ kind: 'newMessages', messages: [textMessage('x'.repeat(50_000))] })
    return rig.gateway.status().queuedBytes > 200_000
  })
  await clock.advance(9_000)
  slow.socket.resume()
  await rig.until(() => rig.gateway.status().queuedBytes === 0)
  await clock.advance(9_000)
  expect((await slow.request('GetLoginStatus')).data).toBe('3')
})

test('what waits for readers can be seen', async () => {
  await using rig = await startRig()
  const slow = await rig.start()
  slow.socket.pause()
  await rig.until(() => {
    rig.cores.of('u1').deliver({ kind: 'newMessages', messages: [textMessage('x'.repeat(50_000))] })
    return rig.gateway.status().queuedBytes > 100_000
  })
  expect(rig.gateway.status().queuedBytes).toBeLessThan(4_200_000)
})
