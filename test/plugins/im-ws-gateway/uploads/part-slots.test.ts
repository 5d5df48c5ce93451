import { expect, test } from 'vitest'
import { PartSlots } from '../../../../src/plugins/im-ws-gateway/uploads/part-slots.ts'

const settle = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

/** Asks for so many turns. @returns those that were given so far, in order */
function asking(slots: PartSlots, owner: string, count: number): (() => void)[] {
  const given: (() => void)[] = []
  for (let time = 0; time < count; time++) void slots.acquire(owner).then(release => given.push(release))
  return given
}

test('one user has a quarter of the turns, and the others are not kept waiting', async () => {
  const slots = new PartSlots(8)
  const [ann, bob] = [asking(slots, 'ann', 20), asking(slots, 'bob', 1)]
  await settle()
  expect([ann.length, bob.length]).toEqual([2, 1])
  ann[0]?.()
  await settle()
  expect(ann.length).toBe(3)
})

test('all of them together have as many as there are', async () => {
  const slots = new PartSlots(8)
  const owners = ['a', 'b', 'c', 'd', 'e'].map(owner => asking(slots, owner, 2))
  await settle()
  expect(owners.flat().length).toBe(8)
})

test('a single turn goes round until nobody waits', async () => {
  const slots = new PartSlots(1)
  const [ann, bob] = [asking(slots, 'ann', 3), asking(slots, 'bob', 3)]
  for (let turn = 0; turn < 6; turn++) {
    await settle()
    const given = [...ann, ...bob]
    expect(given.length).toBeGreaterThan(0)
    for (const release of [...ann.splice(0), ...bob.splice(0)]) release()
  }
  await settle()
  expect([ann.length, bob.length]).toEqual([0, 0])
})
