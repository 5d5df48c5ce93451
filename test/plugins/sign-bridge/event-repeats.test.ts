import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { EventRepeats, type Notice } from '../../../src/plugins/sign-bridge/event-repeats.ts'
import { eventKinds, type SignEvent } from '../../../src/plugins/sign-bridge/events.ts'
import { VirtualTime } from './virtual-time.ts'

const repeatMs = 600_000
const locked: SignEvent = { kind: 'card-locked', device: 'device-1', message: 'The card is locked' }

function throttle() {
  const clock = new VirtualTime()
  const delivered: (Notice & { readonly now: number })[] = []
  const deliver = (notice: Notice): void => void delivered.push({ ...notice, now: clock.now() })
  return { clock, delivered, repeats: new EventRepeats({ clock, repeatMs, deliver }) }
}

test('of a storm the first event is let through, and one every ten minutes while it lasts, with their number', () => {
  const { clock, delivered, repeats } = throttle()
  for (let second = 0; second < 1_500; second++) {
    clock.runUntil(second * 1_000)
    repeats.take(locked)
  }
  clock.runUntil(86_400_000)
  expect(delivered.map(({ now, times }) => [now, times])).toEqual([
    [0, 1],
    [600_000, 599],
    [1_200_000, 600],
    [1_800_000, 300]
  ])
  // When the last of them happened, not when it was let through.
  expect(delivered.at(-1)?.at).toBe(1_499_000)
})

test('after a quiet time the next event goes at once', () => {
  const { clock, delivered, repeats } = throttle()
  repeats.take(locked)
  clock.runUntil(repeatMs)
  repeats.take(locked)
  expect(delivered.map(({ times }) => times)).toEqual([1, 1])
})

test('closing forgets what was held back', () => {
  const { clock, delivered, repeats } = throttle()
  repeats.take(locked)
  repeats.take(locked)
  repeats.close()
  clock.runUntil(86_400_000)
  expect(delivered).toHaveLength(1)
})

test('whatever happens: two of a kind and device are ten minutes apart, none is lost, and the last word is true', () => {
  const kind = fc.constantFrom(...eventKinds)
  const step = fc.record({ kind, device: fc.constantFrom('device-1', 'device-2'), after: fc.nat(900_000) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), steps => {
      const { clock, delivered, repeats } = throttle()
      const isUp = new Map<string, boolean>()
      const taken: SignEvent[] = []
      for (const { kind: happened, device, after } of steps) {
        clock.runUntil(clock.now() + after)
        const link = happened === 'device-down' || happened === 'device-up'
        // A device goes down and comes up in turn.
        if (link && (isUp.get(device) ?? true) === (happened === 'device-up')) continue
        if (link) isUp.set(device, happened === 'device-up')
        const event = { kind: happened, device, message: '' }
        taken.push(event)
        repeats.take(event)
      }
      clock.runUntil(clock.now() + 2 * repeatMs)
      for (const one of new Set(taken.map(({ kind: of, device }) => `${of} ${device}`))) {
        const [of, device] = one.split(' ')
        const same = delivered.filter(notice => notice.kind === of && notice.device === device)
        const gaps = same.slice(1).map(({ now }, index) => now - same.at(index)!.now)
        expect(Math.min(repeatMs, ...gaps)).toBe(repeatMs)
        if (of === 'device-down' || of === 'device-up') continue
        const sum = same.reduce((all, { times }) => all + times, 0)
        expect(sum).toBe(taken.filter(event => event.kind === of && event.device === device).length)
      }
      for (const [device, up] of isUp) {
        const last = delivered.findLast(
          notice => notice.device === device && notice.kind.startsWith('device-')
        )
        expect(last?.kind).toBe(up ? 'device-up' : 'device-down')
      }
    })
  )
})
