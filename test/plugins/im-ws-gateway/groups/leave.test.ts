import { describe, expect, test } from 'vitest'
import { everybody, rig } from './rig.ts'

const g = { groupID: 'g' }

describe('removing members', () => {
  test('shows them the line that says so, and then tells them that they are out', async () => {
    const { groups, make, as, log, notices, changes } = await rig()
    await make()
    const outcomes = await as('ann', 'kickFromGroup', {
      ...g,
      reason: 'r',
      userIDList: ['cid', 'dan', 'eve']
    })
    expect(outcomes).toEqual([
      { userID: 'cid', result: 0 },
      { userID: 'dan', result: 0 },
      { userID: 'eve', result: -1 }
    ])
    const rest = ['ann', 'bea', 'bob']
    expect(log).toEqual([
      'notice 1508',
      'membersChanged',
      'cid joinedGroupDeleted',
      'dan joinedGroupDeleted',
      ...rest.map(userID => `${userID} groupMemberDeleted`),
      ...rest.map(userID => `${userID} groupMemberDeleted`),
      ...rest.map(userID => `${userID} groupInfoChanged`)
    ])
    expect(notices).toMatchObject([
      {
        seenBy: everybody,
        sendID: 'ann',
        tips: 'Name of ann将Name of cid、Name of dan移出了群聊',
        detail: {
          group: { memberCount: 3 },
          opUser: { userID: 'ann', roleLevel: 100 },
          kickedUserList: [
            { userID: 'cid', nickname: 'Name of cid' },
            { userID: 'dan', nickname: 'Name of dan' }
          ]
        }
      }
    ])
    expect(changes).toEqual([{ groupID: 'g', left: ['cid', 'dan'] }])
    expect(await groups.memberIDs('g')).toEqual(new Set(rest))
    expect(await groups.member('g', 'cid')).toBeUndefined()
    expect(await groups.joinedGroupIDs('cid')).toEqual([])
  })

  test('of admins is for the owner', async () => {
    const { groups, make, as } = await rig()
    await make()
    await as('ann', 'kickFromGroup', { ...g, userIDList: ['bob'] })
    expect(await groups.memberIDs('g')).not.toContain('bob')
  })

  test('of ordinary members is for admins too', async () => {
    const { groups, make, as } = await rig()
    await make()
    await as('bob', 'kickFromGroup', { ...g, userIDList: ['cid'] })
    expect(await groups.memberIDs('g')).not.toContain('cid')
  })

  test('of the owner or another admin is not for admins, and then nobody goes', async () => {
    const { groups, make, fault } = await rig()
    await make()
    expect(await fault('bob', 'kickFromGroup', { ...g, userIDList: ['ann'] })).toBe('noPermission')
    expect(await fault('bob', 'kickFromGroup', { ...g, userIDList: ['cid', 'bea'] })).toBe('noPermission')
    expect(await groups.memberIDs('g')).toEqual(new Set(everybody))
  })

  test('is not for ordinary members', async () => {
    const { make, fault } = await rig()
    await make()
    expect(await fault('cid', 'kickFromGroup', { ...g, userIDList: ['dan'] })).toBe('noPermission')
  })

  test('is not for outsiders', async () => {
    const { make, fault } = await rig()
    await make()
    expect(await fault('eve', 'kickFromGroup', { ...g, userIDList: ['cid'] })).toBe('notInGroup')
  })

  test('is not done to oneself', async () => {
    const { make, fault } = await rig()
    await make()
    expect(await fault('ann', 'kickFromGroup', { ...g, userIDList: ['cid', 'ann'] })).toBe('badArguments')
  })

  test('is refused for nobody, for nobody who is a member, and in a group that is not or was dismissed', async () => {
    const { make, as, fault } = await rig()
    expect(await fault('ann', 'kickFromGroup', { ...g, userIDList: ['cid'] })).toBe('groupNotFound')
    await make()
    expect(await fault('ann', 'kickFromGroup', { ...g, userIDList: [] })).toBe('badArguments')
    expect(await fault('ann', 'kickFromGroup', { ...g, userIDList: ['eve'] })).toBe('notInGroup')
    await as('ann', 'dismissGroup', g)
    expect(await fault('ann', 'kickFromGroup', { ...g, userIDList: ['cid'] })).toBe('groupDismissed')
  })
})

describe('leaving a group', () => {
  test('tells the one who leaves and the others, who see the line', async () => {
    const { groups, make, as, log, notices, changes } = await rig()
    await make()
    await as('dan', 'quitGroup', g)
    const rest = ['ann', 'bea', 'bob', 'cid']
    expect(log).toEqual([
      'membersChanged',
      'dan joinedGroupDeleted',
      ...rest.map(userID => `${userID} groupMemberDeleted`),
      ...rest.map(userID => `${userID} groupInfoChanged`),
      'notice 1504'
    ])
    expect(notices).toMatchObject([{ sendID: 'dan', seenBy: rest, detail: { quitUser: { userID: 'dan' } } }])
    expect(changes).toEqual([{ groupID: 'g', left: ['dan'] }])
    expect(await groups.group('g')).toMatchObject({ memberCount: 4 })
  })

  test('is for admins too', async () => {
    const { groups, make, as } = await rig()
    await make()
    await as('bob', 'quitGroup', g)
    expect(await groups.memberIDs('g')).not.toContain('bob')
  })

  test('is not for the owner', async () => {
    const { groups, make, fault } = await rig()
    await make()
    expect(await fault('ann', 'quitGroup', g)).toBe('noPermission')
    expect(await groups.memberIDs('g')).toContain('ann')
  })

  test('is refused to outsiders, and in a group that is not or was dismissed', async () => {
    const { make, as, fault } = await rig()
    expect(await fault('cid', 'quitGroup', g)).toBe('groupNotFound')
    await make()
    expect(await fault('eve', 'quitGroup', g)).toBe('notInGroup')
    await as('ann', 'dismissGroup', g)
    expect(await fault('cid', 'quitGroup', g)).toBe('groupDismissed')
  })
})

describe('dismissing a group', () => {
  test('shows all members the line, and then tells them that it is gone', async () => {
    const { groups, make, as, log, notices, changes } = await rig()
    await make()
    await as('ann', 'dismissGroup', g)
    expect(log).toEqual([
      'notice 1511',
      'membersChanged',
      ...everybody.map(userID => `${userID} groupDismissed`),
      ...everybody.map(userID => `${userID} joinedGroupDeleted`)
    ])
    expect(notices).toMatchObject([
      { seenBy: everybody, detail: { group: { status: 2 }, opUser: { userID: 'ann' } } }
    ])
    expect(changes).toEqual([{ groupID: 'g', left: everybody }])
    expect(await groups.group('g')).toMatchObject({ status: 2, memberCount: 5 })
  })

  test('takes it off the lists of the groups that people are in; who was in it stays known to them', async () => {
    const { groups, make, as } = await rig()
    await make()
    await as('ann', 'dismissGroup', g)
    expect(await groups.joinedGroupIDs('cid')).toEqual([])
    expect(await as('cid', 'getJoinedGroups', {})).toEqual([])
    expect(await as('cid', 'getGroupMembers', g)).toHaveLength(5)
    expect(await as('cid', 'getGroups', { groupIDList: ['g'] })).toMatchObject([{ status: 2 }])
  })

  test('is not for admins, ordinary members and outsiders', async () => {
    const { make, fault } = await rig()
    await make()
    expect(await fault('bob', 'dismissGroup', g)).toBe('noPermission')
    expect(await fault('cid', 'dismissGroup', g)).toBe('noPermission')
    expect(await fault('eve', 'dismissGroup', g)).toBe('notInGroup')
  })

  test('is done once, and not to a group that is not', async () => {
    const { make, as, fault } = await rig()
    expect(await fault('ann', 'dismissGroup', g)).toBe('groupNotFound')
    await make()
    await as('ann', 'dismissGroup', g)
    expect(await fault('ann', 'dismissGroup', g)).toBe('groupDismissed')
  })
})
