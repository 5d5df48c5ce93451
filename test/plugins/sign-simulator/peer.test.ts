import { expect, test } from 'vitest'
import { Peer } from '../../../src/plugins/sign-simulator/peer.ts'
import { fakeClock } from '../../../src/testing/index.ts'

/** A peer, and what it does to its link. */
function linked() {
  const clock = fakeClock()
  const log: string[] = []
  const peer = new Peer(
    1,
    {
      send: frame => void log.push(`send ${String(frame)}`),
      sendPart: (part, last) => void log.push(`${last ? 'last' : 'part'} ${part.toString('latin1')}`),
      close: (code, reason) => void log.push(`close ${code} ${reason}`),
      cut: () => void log.push('cut'),
      pause: () => void log.push('pause')
    },
    clock
  )
  return { clock, log, peer }
}

test('a frame drips in parts of equal size, the first at once', async () => {
  const { clock, log, peer } = linked()
  peer.drip('abcdefgh', 3, 100)
  expect(log).toEqual(['part abc'])
  await clock.advance(100)
  expect(log).toEqual(['part abc', 'part def'])
  await clock.advance(100)
  expect(log).toEqual(['part abc', 'part def', 'last gh'])
})

test('a frame may be cut in the middle of a character', () => {
  const { log, peer } = linked()
  peer.drip('卡', 3, 0)
  expect(log[0]).toBe('part \u00e5')
})

test('a frame shorter than its parts drips byte by byte', async () => {
  const { clock, log, peer } = linked()
  peer.drip('ab', 10, 1)
  await clock.advance(10)
  expect(log).toEqual(['part a', 'last b'])
})

test('frames behind a dripping one wait for its end, and then go in order', async () => {
  const { clock, log, peer } = linked()
  peer.drip('ab', 2, 10)
  peer.send('next')
  peer.drip('also', 2, 10)
  expect(log).toEqual(['part a'])
  await clock.advance(10)
  expect(log).toEqual(['part a', 'last b', 'send next', 'send also'])
  peer.drip('cd', 2, 10)
  await clock.advance(10)
  expect(log.slice(4)).toEqual(['part c', 'last d'])
})

test.each(['cut', 'close', 'freeze', 'ended'] as const)('%s ends a drip in the middle', async how => {
  const { clock, log, peer } = linked()
  peer.drip('ab', 2, 10)
  peer.send('never')
  if (how === 'close') peer.close(1001)
  else peer[how]()
  await clock.advance(10)
  expect(log.join()).not.toMatch(/last b|never/)
})

test('a peer that is closing is not closed again, but may be cut', () => {
  const { log, peer } = linked()
  peer.close(1001, 'bye')
  peer.close(1002)
  peer.freeze()
  peer.send('late')
  expect(peer.open).toBe(false)
  peer.cut()
  expect(log).toEqual(['close 1001 bye', 'cut'])
})
