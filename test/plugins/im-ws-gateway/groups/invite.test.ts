import { describe, expect, test } from 'vitest'
import { everybody, rig } from './rig.ts'

const g = { groupID: 'g' }

describe('inviting into a group', () => {
  test.each([0, 2])('brings others in at once, whoever invites (%s)', async needVerification => {
    const { groups, make, as, log, notices, clock } = await rig()
    await make({ needVerification })
    const outcomes = await as('cid', 'inviteToGroup', { ...g, userIDList: ['eve', 'fay', 'eve'] })
    expect(outcomes).toEqual([
      { userID: 'eve', result: 0 },
      { userID: 'fay', result: 0 }
    ])
    expect(await groups.member('g', 'fay')).toMatchObject({
      roleLevel: 20,
      joinSource: 2,
      inviterUserID: 'cid',
      operatorUserID: 'cid',
      joinTime: clock.now()
    })
    const all = [...everybody, 'eve', 'fay']
    expect(log).toEqual([
      'eve joinedGroupAdded',
      'fay joinedGroupAdded',
      ...all.map(userID => `${userID} groupMemberAdded`),
      ...all.map(userID => `${userID} groupMemberAdded`),
      ...all.map(userID => `${userID} groupInfoChanged`),
      'membersChanged',
      'notice 1509'
    ])
    expect(notices).toMatchObject([
      {
        sendID: 'cid',
        tips: 'Name of cid邀请Name of eve、Name of fay加入了群聊',
        detail: {
          group: { memberCount: 7 },
          opUser: { userID: 'cid' },
          invitedUserList: [{ userID: 'eve' }, { userID: 'fay' }]
        }
      }
    ])
  })

  test.each(['ann', 'bob'])(
    'brings them in at once for those who decide, where all needs consent: %s',
    async by => {
      const { groups, make, as } = await rig()
      await make({ needVerification: 1 })
      await as(by, 'inviteToGroup', { ...g, userIDList: ['eve'] })
      expect(await groups.memberIDs('g')).toContain('eve')
    }
  )

  test('becomes applications for ordinary members, where all needs consent', async () => {
    const { groups, make, as, log, told } = await rig()
    await make({ needVerification: 1 })
    const outcomes = await as('cid', 'inviteToGroup', {
      ...g,
      reason: 'friends',
      userIDList: ['eve', 'fay', 'dan']
    })
    expect(outcomes).toEqual([
      { userID: 'eve', result: 0 },
      { userID: 'fay', result: 0 },
      { userID: 'dan', result: -1 }
    ])
    expect(await groups.memberIDs('g')).toEqual(new Set(everybody))
    expect(log).toEqual(
      ['eve', 'fay'].flatMap(userID =>
        ['ann', 'bea', 'bob', userID].map(hearer => `${hearer} groupApplicationAdded`)
      )
    )
    expect(told[0]?.event).toMatchObject({
      request: { userID: 'eve', inviterUserID: 'cid', joinSource: 2, reqMsg: 'friends' }
    })
  })

  test('leaves members as they are, and says who they were', async () => {
    const { groups, make, as, notices } = await rig()
    await make()
    expect(await as('ann', 'inviteToGroup', { ...g, userIDList: ['bob', 'eve'] })).toEqual([
      { userID: 'bob', result: -1 },
      { userID: 'eve', result: 0 }
    ])
    expect(await groups.member('g', 'bob')).toMatchObject({ roleLevel: 60 })
    expect(notices[0]?.detail).toHaveProperty('invitedUserList.length', 1)
  })

  test('is refused when all of them are members, or there are none', async () => {
    const { make, fault } = await rig()
    await make()
    expect(await fault('ann', 'inviteToGroup', { ...g, userIDList: ['bob', 'cid'] })).toBe('duplicate')
    expect(await fault('ann', 'inviteToGroup', { ...g, userIDList: [] })).toBe('badArguments')
  })

  test('is refused with a user who does not exist, and brings nobody in', async () => {
    const { groups, make, fault } = await rig()
    await make()
    expect(await fault('ann', 'inviteToGroup', { ...g, userIDList: ['eve', 'nobody'] })).toBe('userNotFound')
    expect(await groups.memberIDs('g')).toEqual(new Set(everybody))
  })

  test('is not for outsiders, nor into a group that is not or was dismissed', async () => {
    const { make, as, fault } = await rig()
    const args = { ...g, userIDList: ['eve'] }
    expect(await fault('ann', 'inviteToGroup', args)).toBe('groupNotFound')
    await make()
    expect(await fault('fay', 'inviteToGroup', args)).toBe('notInGroup')
    await as('ann', 'dismissGroup', g)
    expect(await fault('ann', 'inviteToGroup', args)).toBe('groupDismissed')
  })

  test('brings in all or nobody when there is no room for all', async () => {
    const { groups, make, fault, as } = await rig({ maxGroupMembers: 6 })
    await make()
    expect(await fault('ann', 'inviteToGroup', { ...g, userIDList: ['eve', 'fay'] })).toBe('badArguments')
    expect(await groups.memberIDs('g')).toEqual(new Set(everybody))
    expect(await as('ann', 'getGroupMembers', g)).toHaveLength(5)
    expect(await fault('ann', 'inviteToGroup', { ...g, userIDList: ['eve'] })).toBeUndefined()
  })

  test('brings hundreds in, with one event object for all who hear of a member', async () => {
    const some = Array.from({ length: 600 }, (_, index) => `user${index}`)
    const { groups, as, told, notices, forget } = await rig({ userIDs: ['ann', ...some] })
    await as('ann', 'createGroup', { groupInfo: g })
    forget()
    await as('ann', 'inviteToGroup', { ...g, userIDList: some })
    expect(await groups.group('g')).toMatchObject({ memberCount: 601 })
    const added = told.filter(({ event }) => event.kind === 'groupMemberAdded')
    expect(added).toHaveLength(600 * 601)
    expect(new Set(added.map(({ event }) => event)).size).toBe(600)
    expect(notices).toHaveLength(1)
    expect(notices[0]?.tips).toMatch(/等600人加入了群聊$/)
  })
})
