import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { seededFaults, type SeededFaultsOptions } from '../../../src/plugins/sign-simulator/seeded-faults.ts'

/** The faults of `count` events of each kind. `mixed`: how many connections come between two requests. */
function draw(options: SeededFaultsOptions, count: number, mixed = 1) {
  const source = seededFaults(options)
  const requests = []
  const connections = []
  for (let index = 0; index < count; index++) {
    requests.push(source.request?.('cus-sec_SpcSignData') ?? [])
    for (let extra = 0; extra < mixed; extra++) connections.push(source.connect?.(index) ?? [])
  }
  return { requests, connections }
}

test('the same seed draws the same faults, another seed draws others', () => {
  fc.assert(
    fc.property(fc.integer(), seed => {
      const options = { seed, rate: 0.5 }
      expect(draw(options, 100)).toEqual(draw(options, 100))
      expect(draw(options, 100)).not.toEqual(draw({ ...options, seed: seed + 1 }, 100))
    }),
    { numRuns: 20 }
  )
})

test('connections do not change what requests meet', () => {
  const options = { seed: 5, rate: 0.5 }
  expect(draw(options, 50, 0).requests).toEqual(draw(options, 50, 3).requests)
})

test.each([
  [0, 0, 0],
  [0.2, 700, 900],
  [1, 4000, 4000]
])('a rate of %d strikes that share of events', (rate, least, most) => {
  const { requests, connections } = draw({ seed: 3, rate }, 4000)
  for (const events of [requests, connections]) {
    const struck = events.filter(faults => faults.length > 0).length
    expect(struck).toBeGreaterThanOrEqual(least)
    expect(struck).toBeLessThanOrEqual(most)
  }
})

test('every kind of fault comes up', () => {
  const { requests, connections } = draw({ seed: 1, rate: 1 }, 2000)
  const kinds = new Set(requests.flat().map(fault => fault.do))
  const requestKinds =
    'bad-signature bare binary cert-no close data delay drip drop duplicate foreign-id freeze garbage ignore late not-an-object reader result status wrong-method'
  expect([...kinds].toSorted()).toEqual(requestKinds.split(' '))
  const connectKinds = new Set(connections.flat().map(fault => fault.do))
  expect([...connectKinds].toSorted()).toEqual(['close', 'drop', 'freeze', 'handshake', 'refuse'])
})

test('delays stay within their bound', () => {
  const { requests } = draw({ seed: 9, rate: 1, maxDelayMs: 20 }, 2000)
  const delays = requests
    .flat()
    .flatMap(fault => (fault.do === 'delay' || fault.do === 'late' ? [fault.ms] : []))
  expect(delays.length).toBeGreaterThan(50)
  expect(Math.min(...delays)).toBeGreaterThanOrEqual(1)
  expect(Math.max(...delays)).toBeLessThanOrEqual(20)
})
