import { describe, expect, test } from 'vitest'
import { device, rig } from './rig.ts'

describe('creating a group', () => {
  test('makes the creator its owner, the others admins and members, and counts them', async () => {
    const { groups, clock } = await rig()
    const group = await groups.part.createGroup(
      'ann',
      {
        groupInfo: { groupName: 'Climbers', faceURL: 'f', introduction: 'i', ex: 'x', needVerification: 1 },
        memberUserIDs: ['bob', 'cid', 'ann'],
        adminUserIDs: ['cid'],
        ownerUserID: 'ann'
      },
      device
    )
    expect(group).toEqual({
      groupID: expect.stringMatching(/^[1-9]\d{9}$/),
      groupName: 'Climbers',
      notification: '',
      notificationUpdateTime: 0,
      notificationUserID: '',
      introduction: 'i',
      faceURL: 'f',
      createTime: clock.now(),
      status: 0,
      creatorUserID: 'ann',
      groupType: 2,
      ownerUserID: 'ann',
      memberCount: 3,
      ex: 'x',
      needVerification: 1,
      lookMemberInfo: 0,
      applyMemberFriend: 0
    })
    expect(await groups.group(group.groupID)).toEqual(group)
    expect(await groups.memberIDs(group.groupID)).toEqual(new Set(['ann', 'bob', 'cid']))
    const roles = await Promise.all(
      ['ann', 'bob', 'cid', 'dan'].map(
        async userID => (await groups.member(group.groupID, userID))?.roleLevel
      )
    )
    expect(roles).toEqual([100, 20, 60, undefined])
    expect(await groups.joinedGroupIDs('bob')).toEqual([group.groupID])
  })

  test('shows members with their own names and faces', async () => {
    const { groups } = await rig()
    const { groupID } = await groups.part.createGroup(
      'ann',
      { groupInfo: {}, memberUserIDs: ['bob'] },
      device
    )
    expect(await groups.member(groupID, 'bob')).toMatchObject({
      nickname: 'Name of bob',
      faceURL: 'face-bob',
      joinSource: 2,
      inviterUserID: 'ann'
    })
  })

  test('tells every member that he is in it, makes the conversations, and leaves a line', async () => {
    const { groups, log, notices, changes, told } = await rig()
    const group = await groups.part.createGroup(
      'ann',
      { groupInfo: { groupName: 'G' }, memberUserIDs: ['bob'] },
      device
    )
    expect(log).toEqual(['ann joinedGroupAdded', 'bob joinedGroupAdded', 'membersChanged', 'notice 1501'])
    expect(told.every(({ options }) => options?.cause === device)).toBe(true)
    expect(told[0]?.event).toBe(told[1]?.event)
    expect(changes).toEqual([{ groupID: group.groupID, joined: ['ann', 'bob'] }])
    expect(notices[0]).toMatchObject({
      sendID: 'ann',
      groupID: group.groupID,
      tips: 'Name of ann创建了群聊',
      detail: {
        group,
        opUser: { userID: 'ann', nickname: 'Name of ann', roleLevel: 100 },
        groupOwnerUser: { userID: 'ann' },
        memberList: [{ userID: 'ann' }, { userID: 'bob' }]
      }
    })
  })

  test('keeps the kind of group that a client asks for', async () => {
    const { groups } = await rig()
    for (const groupType of [0, 1, 2])
      expect(await groups.part.createGroup('ann', { groupInfo: { groupType } }, device)).toMatchObject({
        groupType
      })
  })

  test('takes the id that is given, once', async () => {
    const { groups } = await rig()
    const args = { groupInfo: { groupID: 'g1' } }
    expect(await groups.part.createGroup('ann', args, device)).toMatchObject({ groupID: 'g1' })
    await expect(groups.part.createGroup('bob', args, device)).rejects.toMatchObject({ code: 'duplicate' })
    expect(await groups.group('g1')).toMatchObject({ ownerUserID: 'ann', memberCount: 1 })
  })

  test('tries another id when the one it made is taken', async () => {
    const numbers = [7, 7, 8]
    const { groups } = await rig({ randomBytes: () => Uint8Array.of(0, 0, 0, 0, 0, numbers.shift() ?? 0) })
    const ids = []
    for (let i = 0; i < 2; i++)
      ids.push((await groups.part.createGroup('ann', { groupInfo: {} }, device)).groupID)
    expect(ids).toEqual(['1000000007', '1000000008'])
  })

  test('gives up when all ids are taken', async () => {
    const { groups } = await rig({ randomBytes: size => new Uint8Array(size) })
    await groups.part.createGroup('ann', { groupInfo: {} }, device)
    await expect(groups.part.createGroup('ann', { groupInfo: {} }, device)).rejects.toMatchObject({
      code: 'duplicate'
    })
  })

  test('is refused with a member who does not exist, and leaves nothing', async () => {
    const { groups, log } = await rig()
    const args = { groupInfo: { groupID: 'g1' }, memberUserIDs: ['bob', 'nobody'] }
    await expect(groups.part.createGroup('ann', args, device)).rejects.toMatchObject({ code: 'userNotFound' })
    expect(await groups.group('g1')).toBeUndefined()
    expect(log).toEqual([])
  })

  test('is refused for somebody else', async () => {
    const { groups } = await rig()
    const args = { groupInfo: {}, ownerUserID: 'bob' }
    await expect(groups.part.createGroup('ann', args, device)).rejects.toMatchObject({ code: 'noPermission' })
  })

  test('is refused with more members than a group may have', async () => {
    const { groups } = await rig({ maxGroupMembers: 2 })
    const create = (memberUserIDs: string[]) =>
      groups.part.createGroup('ann', { groupInfo: {}, memberUserIDs }, device)
    await expect(create(['bob', 'cid'])).rejects.toMatchObject({ code: 'badArguments' })
    await expect(create(['bob'])).resolves.toMatchObject({ memberCount: 2 })
  })

  test('works with thousands of members', async () => {
    const userIDs = Array.from({ length: 1_500 }, (_, index) => `user${index}`)
    const { groups, told, notices, again } = await rig({ userIDs })
    const { groupID } = await groups.importGroup({
      groupName: 'All',
      ownerUserID: 'user0',
      memberUserIDs: userIDs
    })
    expect(await groups.memberIDs(groupID)).toEqual(new Set(userIDs))
    const other = await again()
    expect(await other.memberIDs(groupID)).toEqual(new Set(userIDs))
    expect(await other.group(groupID)).toMatchObject({ memberCount: 1_500 })
    expect(told).toHaveLength(1_500)
    expect(notices[0]?.detail).toHaveProperty('memberList.length', 50)
  })
})

describe('importing a group', () => {
  test('makes it for its owner, with admins', async () => {
    const { groups, notices } = await rig()
    const group = await groups.importGroup({
      groupID: 'g1',
      groupName: 'G',
      ownerUserID: 'ann',
      memberUserIDs: ['bob'],
      adminUserIDs: ['cid'],
      introduction: 'i'
    })
    expect(group).toMatchObject({ groupID: 'g1', ownerUserID: 'ann', introduction: 'i', memberCount: 3 })
    expect(await groups.member('g1', 'cid')).toMatchObject({ roleLevel: 60 })
    expect(notices).toMatchObject([{ contentType: 1501, sendID: 'ann' }])
  })

  test('is refused twice and with unknown users', async () => {
    const { groups } = await rig()
    const given = { groupID: 'g1', groupName: 'G', ownerUserID: 'ann', memberUserIDs: [] }
    await groups.importGroup(given)
    await expect(groups.importGroup(given)).rejects.toMatchObject({ code: 'duplicate' })
    await expect(
      groups.importGroup({ ...given, groupID: 'g2', ownerUserID: 'nobody' })
    ).rejects.toMatchObject({ code: 'userNotFound' })
  })
})
