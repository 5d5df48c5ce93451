import { expect, test } from 'vitest'
import { device, everybody, rig, user } from './rig.ts'

const g = { groupID: 'g' }

async function renamed(userID = 'cid') {
  const made = await rig()
  await made.make()
  made.users.set(userID, { ...user(userID), nickname: 'Renamed', faceURL: 'new-face' })
  return made
}

test("a new name of a member's own is told to the members of each of his groups, as one event for all", async () => {
  const { groups, as, told, forget } = await renamed()
  const groupInfo = { groupID: 'h', groupName: 'H' }
  await as('eve', 'createGroup', { groupInfo, memberUserIDs: ['cid'] })
  await as('eve', 'createGroup', { groupInfo: { groupID: 'others', groupName: 'O' }, memberUserIDs: ['fay'] })
  forget()
  await groups.personChanged('cid', ['nickname', 'faceURL'], { cause: device })
  expect(told.map(({ userID, event, options }) => [userID, event, options])).toEqual(
    [...everybody.map(userID => [userID, 'g']), ['eve', 'h'], ['cid', 'h']].map(([userID, groupID]) => [
      userID,
      {
        kind: 'groupMemberInfoChanged',
        member: expect.objectContaining({ groupID, userID: 'cid', nickname: 'Renamed', faceURL: 'new-face' })
      },
      { cause: device }
    ])
  )
  expect(new Set(told.map(({ event }) => event)).size).toBe(2)
})

test('a member with a name of his own in the group keeps it, and nothing is told of another one', async () => {
  const { groups, as, told, forget } = await renamed()
  await as('cid', 'setGroupMemberInfo', { ...g, userID: 'cid', nickname: 'Mine' })
  forget()
  await groups.personChanged('cid', ['nickname'])
  expect(told).toEqual([])
  await groups.personChanged('cid', ['nickname', 'faceURL'])
  expect(told.map(({ userID }) => userID)).toEqual([...everybody])
  expect(told[0]?.event).toMatchObject({ member: { nickname: 'Mine', faceURL: 'new-face' } })
  await as('cid', 'setGroupMemberInfo', { ...g, userID: 'cid', faceURL: 'my-face' })
  forget()
  await groups.personChanged('cid', ['nickname', 'faceURL'])
  expect(told).toEqual([])
})

test('nothing is told of somebody in no group, nor in a group that he has left or that was dismissed', async () => {
  const { groups, as, told, forget } = await renamed()
  await as('cid', 'quitGroup', g)
  forget()
  for (const userID of ['cid', 'eve', 'nobody']) await groups.personChanged(userID, ['nickname'])
  expect(told).toEqual([])
  await as('ann', 'dismissGroup', g)
  forget()
  await groups.personChanged('dan', ['nickname'])
  expect(told).toEqual([])
})

test('a member who leaves while he is renamed is told of no more', async () => {
  const { groups, as, told, holdChat } = await renamed()
  const release = holdChat()
  const left = as('cid', 'quitGroup', g)
  const changed = groups.personChanged('cid', ['nickname'])
  release()
  await Promise.all([left, changed])
  expect(told.filter(({ event }) => event.kind === 'groupMemberInfoChanged')).toEqual([])
})

test('a group of 500 hears of it, one of 501 does not', async () => {
  const crowd = Array.from({ length: 500 }, (_, n) => `m${n}`)
  const { groups, as, told, forget } = await rig({ userIDs: ['ann', ...crowd] })
  const make = (groupID: string, memberUserIDs: string[]) =>
    as('ann', 'createGroup', { groupInfo: { groupID, groupName: groupID }, memberUserIDs })
  await make('large', crowd.slice(0, 499))
  await make('too-large', crowd)
  forget()
  await groups.personChanged('m1', ['nickname'])
  expect(told).toHaveLength(500)
  expect(told[0]?.event).toMatchObject({ member: { groupID: 'large', userID: 'm1' } })
})
