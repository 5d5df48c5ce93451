import { expect, test } from 'vitest'
import { newMember } from '../../../../src/plugins/im-ws-gateway/embedded/groups/joining.ts'
import { Roster } from '../../../../src/plugins/im-ws-gateway/embedded/groups/roster.ts'

const row = (userID: string, joinTime = 0) => newMember({ groupID: 'g', userID, joinTime, joinSource: 2 })

test('a row that was read before a change of its member is not kept', async () => {
  const roster = new Roster(['a'])
  let answer = (): void => undefined
  const slow = new Promise<void>(resolve => (answer = resolve))
  const before = roster.row('a', async () => slow.then(() => row('a', 1)))
  roster.changed('a')
  answer()
  expect(await before).toMatchObject({ joinTime: 1 })
  expect(await roster.row('a', async () => row('a', 2))).toMatchObject({ joinTime: 2 })
  expect(await roster.row('a', async () => row('a', 3))).toMatchObject({ joinTime: 2 })
})

test('rows of those who are no members are not asked for', async () => {
  const roster = new Roster(['a'])
  roster.left(['a'])
  expect(await roster.row('a', () => Promise.reject(new Error('asked')))).toBeUndefined()
})

test('the rows of a thousand members are kept, and then the oldest is dropped', async () => {
  const userIDs = Array.from({ length: 1_001 }, (_, index) => `user${index}`)
  const roster = new Roster(userIDs)
  for (const userID of userIDs) await roster.row(userID, async () => row(userID, 1))
  const again = async (userID: string) => (await roster.row(userID, async () => row(userID, 2)))?.joinTime
  expect([await again('user1000'), await again('user1'), await again('user0')]).toEqual([1, 1, 2])
})
