import { describe, expect, test } from 'vitest'
import { everybody, rig } from './rig.ts'

const g = { groupID: 'g' }

describe('transferring a group', () => {
  test('makes a member the owner, and all hear of both and of the group', async () => {
    const { groups, make, as, log, told, notices } = await rig()
    await make()
    await as('ann', 'transferGroupOwner', { ...g, newOwnerUserID: 'cid' })
    expect(await groups.group('g')).toMatchObject({ ownerUserID: 'cid', creatorUserID: 'ann' })
    expect(await groups.member('g', 'cid')).toMatchObject({ roleLevel: 100 })
    expect(await groups.member('g', 'ann')).toMatchObject({ roleLevel: 20 })
    expect(log).toEqual([
      ...everybody.map(userID => `${userID} groupMemberInfoChanged`),
      ...everybody.map(userID => `${userID} groupMemberInfoChanged`),
      ...everybody.map(userID => `${userID} groupInfoChanged`),
      'notice 1507'
    ])
    expect(told.map(({ event }) => event)).toContainEqual({
      kind: 'groupMemberInfoChanged',
      member: expect.objectContaining({ userID: 'ann', nickname: 'Name of ann', roleLevel: 20 })
    })
    expect(notices).toMatchObject([
      {
        sendID: 'ann',
        tips: 'Name of ann将群主转让给了Name of cid',
        detail: {
          group: { ownerUserID: 'cid' },
          opUser: { userID: 'ann' },
          newGroupOwner: { userID: 'cid', roleLevel: 100 },
          oldGroupOwner: 'ann'
        }
      }
    ])
  })

  test('gives the former owner the role of the new one', async () => {
    const { groups, make, as } = await rig()
    await make()
    await as('ann', 'transferGroupOwner', { ...g, newOwnerUserID: 'bob' })
    expect(await groups.member('g', 'ann')).toMatchObject({ roleLevel: 60 })
  })

  test('lets a new owner speak who was muted', async () => {
    const { groups, make, as } = await rig()
    await make()
    await as('ann', 'changeGroupMemberMute', { ...g, userID: 'cid', mutedSeconds: 60 })
    await as('ann', 'transferGroupOwner', { ...g, newOwnerUserID: 'cid' })
    expect(await groups.member('g', 'cid')).toMatchObject({ muteEndTime: 0 })
  })

  test('is not for admins, ordinary members and outsiders', async () => {
    const { make, fault } = await rig()
    await make()
    for (const by of ['bob', 'cid'])
      expect(await fault(by, 'transferGroupOwner', { ...g, newOwnerUserID: by })).toBe('noPermission')
    expect(await fault('eve', 'transferGroupOwner', { ...g, newOwnerUserID: 'eve' })).toBe('notInGroup')
  })

  test('goes to nobody who is no member, nor to the owner', async () => {
    const { groups, make, fault } = await rig()
    await make()
    expect(await fault('ann', 'transferGroupOwner', { ...g, newOwnerUserID: 'eve' })).toBe('notInGroup')
    expect(await fault('ann', 'transferGroupOwner', { ...g, newOwnerUserID: 'ann' })).toBe('badArguments')
    expect(await groups.group('g')).toMatchObject({ ownerUserID: 'ann' })
  })

  test('is refused when the group is not or was dismissed', async () => {
    const { make, as, fault } = await rig()
    expect(await fault('ann', 'transferGroupOwner', { ...g, newOwnerUserID: 'cid' })).toBe('groupNotFound')
    await make()
    await as('ann', 'dismissGroup', g)
    expect(await fault('ann', 'transferGroupOwner', { ...g, newOwnerUserID: 'cid' })).toBe('groupDismissed')
  })
})
