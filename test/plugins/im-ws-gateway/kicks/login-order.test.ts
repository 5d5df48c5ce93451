import { expect, test } from 'vitest'
import { isLater, LoginOrder } from '../../../../src/plugins/im-ws-gateway/kicks/login-order.ts'
import { fakeClock } from '../../../../src/testing/index.ts'

test('logins of one node follow each other, though they come in one millisecond or the clock goes back', () => {
  const clock = fakeClock()
  const order = new LoginOrder(clock)
  const times = [order.next(), order.next()]
  clock.jump(-60_000)
  times.push(order.next())
  clock.jump(120_000)
  times.push(order.next())
  expect(times).toEqual([...new Set(times)].toSorted((a, b) => a - b))
  expect(times[3]).toBe(clock.now())
})

test('a login comes after all that were heard of, though the clock of their node is ahead', () => {
  const [ahead, behind] = [fakeClock(5_000), fakeClock(1_000)]
  const [fast, slow] = [new LoginOrder(ahead), new LoginOrder(behind)]
  const first = { at: fast.next(), node: 'a' }
  slow.heard(first.at)
  const second = { at: slow.next(), node: 'b' }
  expect([isLater(second, first), isLater(first, second)]).toEqual([true, false])
})

test('a clock that is more than a day ahead is not followed', () => {
  const clock = fakeClock()
  const order = new LoginOrder(clock)
  order.heard(8.64e15)
  expect(order.next()).toBe(clock.now() + 86_400_001)
})

test('of two logins at one time that of the node with the greater name is the later', () => {
  const [one, other] = [
    { at: 7, node: 'a' },
    { at: 7, node: 'b' }
  ]
  expect([isLater(one, other), isLater(other, one), isLater(one, one)]).toEqual([false, true, false])
})
