import { expect, test } from 'vitest'
import { SharedUser } from '../../../../src/plugins/im-ws-gateway/reloads/shared-user.ts'
import type { CoreEvent, Deliver, Device } from '../../../../src/plugins/im-ws-gateway/user-core.ts'
import { FakeCore } from '../gateway/fake-cores.ts'

const event: CoreEvent = { kind: 'totalUnread', count: 1 }

/** A user whose core can be opened later. */
function shared() {
  const ended: string[] = []
  let open = (_core?: FakeCore): void => undefined
  let fail = (_error: Error): void => undefined
  let core: FakeCore | undefined
  const user = new SharedUser(
    deliver =>
      new Promise((resolve, reject) => {
        core = new FakeCore('ann', deliver, new Map())
        open = () => resolve(core as FakeCore)
        fail = reject
      }),
    () => ended.push('ended')
  )
  return {
    user,
    ended,
    core: core as unknown as FakeCore,
    open: () => open(),
    fail: (error: Error) => fail(error)
  }
}

const collecting = (told: CoreEvent[]): Deliver => {
  return one => void (one.kind !== 'snapshot' && told.push(one))
}

test('what the core tells goes to all that hold the user, and to none that has left', async () => {
  const { user, core, open, ended } = shared()
  open()
  const [first, second]: [CoreEvent[], CoreEvent[]] = [[], []]
  const one = await user.hold(collecting(first))
  core.deliver(event)
  const two = await user.hold(collecting(second))
  core.deliver(event)
  expect([first.length, second.length]).toEqual([2, 1])
  await one.close()
  core.deliver(event)
  expect([first.length, second.length, core.closed, ended.length]).toEqual([2, 2, false, 0])
  // Who opens him anew in the same moment has to see that it is being closed.
  const closing = two.close()
  expect([core.closed, ended]).toEqual([true, ['ended']])
  await closing
  await two.close()
  expect(ended).toEqual(['ended'])
})

test('whoever leaves takes his connections with him, and those of others stay', async () => {
  const { user, core, open } = shared()
  open()
  const [one, two] = [await user.hold(collecting([])), await user.hold(collecting([]))]
  const [page, phone]: [Device, Device] = [{ platformID: 5 }, { platformID: 2 }]
  await one.attach(page)
  await two.attach(phone)
  await one.close()
  expect([...core.devices]).toEqual([phone])
})

test('the core stays for one who is just coming when the last one leaves', async () => {
  const { user, core, open, ended } = shared()
  const [one, two] = [user.hold(collecting([])), user.hold(collecting([]))]
  open()
  await (await one).close()
  expect([core.closed, ended.length]).toEqual([false, 0])
  await (await two).close()
  expect([core.closed, ended.length]).toEqual([true, 1])
})

test('where the core cannot be opened all are told why, and the user is forgotten', async () => {
  const { user, fail, ended } = shared()
  const both = Promise.allSettled([user.hold(collecting([])), user.hold(collecting([]))])
  fail(new Error('no'))
  expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(ended).toEqual(['ended'])
})

test('what connections of the platform may not have got elsewhere is in doubt for one that comes', async () => {
  const { user, core, open } = shared()
  open()
  const [one, two] = [await user.hold(collecting([])), await user.hold(collecting([]))]
  await one.attach({ platformID: 5, mark: 7 })
  await one.attach({ platformID: 5, mark: 4 })
  await one.attach({ platformID: 2, mark: 1 })
  await one.attach({ platformID: 5 })
  await two.attach({ platformID: 5, mark: 0 })
  await two.attach({ platformID: 5, mark: 0 }, 3)
  await two.attach({ platformID: 8, mark: 0 })
  expect(core.doubts).toEqual([undefined, undefined, undefined, undefined, 4, 3, undefined])
})

test("one that could not be attached is in nobody's way", async () => {
  const { user, core, open } = shared()
  open()
  const [one, two] = [await user.hold(collecting([])), await user.hold(collecting([]))]
  core.attaching = () => {
    throw new Error('no')
  }
  await expect(one.attach({ platformID: 5, mark: 2 })).rejects.toThrow('no')
  core.attaching = undefined
  await two.attach({ platformID: 5, mark: 0 })
  expect(core.doubts).toEqual([undefined, undefined])
})
