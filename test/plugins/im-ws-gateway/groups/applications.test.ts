import { describe, expect, test } from 'vitest'
import { everybody, rig, type Rig } from './rig.ts'

const g = { groupID: 'g' }
const ofEve = { ...g, fromUserID: 'eve' }

async function applied(options: Parameters<typeof rig>[0] = {}): Promise<Rig> {
  const made = await rig(options)
  await made.make()
  await made.as('eve', 'joinGroup', { ...g, reqMsg: 'please', joinSource: 4 })
  made.forget()
  return made
}

describe('accepting an application', () => {
  test.each(['ann', 'bob'])('is for the owner and admins: %s', async userID => {
    const { groups, as, clock } = await applied()
    await as(userID, 'acceptGroupApplication', { ...ofEve, handleMsg: 'welcome' })
    expect(await groups.member('g', 'eve')).toMatchObject({
      roleLevel: 20,
      joinSource: 4,
      inviterUserID: '',
      operatorUserID: userID,
      joinTime: clock.now()
    })
    expect(await as('eve', 'getGroupApplicationsAsApplicant', {})).toMatchObject([
      { handleResult: 1, handledMsg: 'welcome', handleUserID: userID, handledTime: clock.now() }
    ])
  })

  test('tells the applicant and those who decide, then that he has come', async () => {
    const { as, log, notices } = await applied()
    await as('ann', 'acceptGroupApplication', ofEve)
    const all = [...everybody, 'eve']
    expect(log).toEqual([
      ...['eve', 'ann', 'bea', 'bob'].map(userID => `${userID} groupApplicationAccepted`),
      'eve joinedGroupAdded',
      ...all.map(userID => `${userID} groupMemberAdded`),
      ...all.map(userID => `${userID} groupInfoChanged`),
      'membersChanged',
      'notice 1510'
    ])
    expect(notices).toMatchObject([{ sendID: 'eve', detail: { entrantUser: { userID: 'eve' } } }])
  })

  test('of somebody who was proposed leaves the line that his proposer invited him', async () => {
    const { make, as, notices, groups } = await rig()
    await make({ needVerification: 1 })
    await as('cid', 'inviteToGroup', { ...g, userIDList: ['eve'] })
    await as('ann', 'acceptGroupApplication', ofEve)
    expect(notices).toMatchObject([
      {
        contentType: 1509,
        sendID: 'cid',
        detail: { opUser: { userID: 'cid' }, invitedUserList: [{ userID: 'eve' }] }
      }
    ])
    expect(await groups.member('g', 'eve')).toMatchObject({ joinSource: 2, inviterUserID: 'cid' })
  })

  test('of somebody whose proposer has left names him all the same', async () => {
    const { make, as, notices } = await rig()
    await make({ needVerification: 1 })
    await as('cid', 'inviteToGroup', { ...g, userIDList: ['eve'] })
    await as('cid', 'quitGroup', g)
    await as('ann', 'acceptGroupApplication', ofEve)
    expect(notices.at(-1)).toMatchObject({
      contentType: 1509,
      detail: { opUser: { userID: 'cid', nickname: 'Name of cid' } }
    })
  })

  test('of somebody who has come in meanwhile changes nothing about him', async () => {
    const { as, groups, log } = await applied()
    await as('ann', 'inviteToGroup', { ...g, userIDList: ['eve'] })
    const before = await groups.member('g', 'eve')
    log.length = 0
    await as('bob', 'acceptGroupApplication', ofEve)
    expect(await groups.member('g', 'eve')).toEqual(before)
    expect(await groups.group('g')).toMatchObject({ memberCount: 6 })
    expect(new Set(log.map(line => line.split(' ')[1]))).toEqual(new Set(['groupApplicationAccepted']))
  })

  test('is refused when the group is full, and the application stays open', async () => {
    const { as, fault, groups } = await applied({ maxGroupMembers: 5 })
    expect(await fault('ann', 'acceptGroupApplication', ofEve)).toBe('badArguments')
    expect(await groups.memberIDs('g')).not.toContain('eve')
    expect(await as('eve', 'getGroupApplicationsAsApplicant', {})).toMatchObject([{ handleResult: 0 }])
  })
})

describe('refusing an application', () => {
  test('is for the owner and admins, who hear of it with the applicant', async () => {
    const { as, groups, log, told } = await applied()
    await as('bob', 'refuseGroupApplication', { ...ofEve, handleMsg: 'no' })
    expect(log).toEqual(['eve', 'ann', 'bea', 'bob'].map(userID => `${userID} groupApplicationRejected`))
    expect(told[0]?.event).toMatchObject({
      request: { userID: 'eve', handleResult: -1, handledMsg: 'no', handleUserID: 'bob' }
    })
    expect(await groups.member('g', 'eve')).toBeUndefined()
  })
})

describe.each(['acceptGroupApplication', 'refuseGroupApplication'] as const)('%s', name => {
  test('is not for ordinary members', async () => {
    const { fault } = await applied()
    expect(await fault('cid', name, ofEve)).toBe('noPermission')
  })

  test('is not for outsiders, not even for the applicant', async () => {
    const { fault } = await applied()
    expect(await fault('fay', name, ofEve)).toBe('notInGroup')
    expect(await fault('eve', name, ofEve)).toBe('notInGroup')
  })

  test('fails when nobody has applied', async () => {
    const { fault } = await applied()
    expect(await fault('ann', name, { ...g, fromUserID: 'fay' })).toBe('recordNotFound')
  })

  test('is done once', async () => {
    const { fault } = await applied()
    expect(await fault('ann', name, ofEve)).toBeUndefined()
    expect(await fault('bob', 'acceptGroupApplication', ofEve)).toBe('alreadyHandled')
    expect(await fault('bob', 'refuseGroupApplication', ofEve)).toBe('alreadyHandled')
  })

  test('is not done in a group that was dismissed', async () => {
    const { as, fault } = await applied()
    await as('ann', 'dismissGroup', g)
    expect(await fault('ann', name, ofEve)).toBe('groupDismissed')
  })
})

describe('lists of applications', () => {
  test('show those to all groups that somebody owns or administers, the latest first', async () => {
    const { make, as, clock } = await rig()
    await make()
    for (const [groupID, adminUserIDs] of Object.entries({ own: [], of: ['bob'], other: [] }))
      await as(groupID === 'own' ? 'bob' : 'dan', 'createGroup', { groupInfo: { groupID }, adminUserIDs })
    for (const groupID of ['g', 'own', 'of', 'other']) {
      await clock.advance(1)
      await as('eve', 'joinGroup', { groupID })
    }
    const idsFor = async (userID: string) =>
      (await as(userID, 'getGroupApplicationsAsRecipient', {})).map(({ groupID }) => groupID)
    expect(await idsFor('bob')).toEqual(['of', 'own', 'g'])
    expect(await idsFor('dan')).toEqual(['other', 'of'])
    expect(await idsFor('cid')).toEqual([])
    await as('ann', 'setGroupMemberInfo', { ...g, userID: 'bob', roleLevel: 20 })
    expect(await idsFor('bob')).toEqual(['of', 'own'])
    await as('bob', 'dismissGroup', { groupID: 'own' })
    expect(await idsFor('bob')).toEqual(['of'])
  })

  test("show somebody's own, to whatever group, the latest first", async () => {
    const { make, as, clock } = await rig()
    await make()
    await as('dan', 'createGroup', { groupInfo: { groupID: 'other', groupName: 'Other' } })
    for (const groupID of ['g', 'other']) {
      await clock.advance(1)
      await as('eve', 'joinGroup', { groupID })
    }
    const own = await as('eve', 'getGroupApplicationsAsApplicant', {})
    expect(own).toMatchObject([{ groupID: 'other', groupName: 'Other' }, { groupID: 'g' }])
    expect(await as('fay', 'getGroupApplicationsAsApplicant', {})).toEqual([])
  })
})
