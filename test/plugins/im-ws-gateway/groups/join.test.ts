import { describe, expect, test } from 'vitest'
import { everybody, rig } from './rig.ts'

const g = { groupID: 'g' }

describe('joining a group that needs no consent', () => {
  test('makes a member, and tells him, the members and the chat, in this order', async () => {
    const { groups, make, as, log, notices, changes, clock, told, device } = await rig()
    await make({ needVerification: 2 })
    await clock.advance(5_000)
    await as('eve', 'joinGroup', g)
    expect(await groups.member('g', 'eve')).toEqual({
      groupID: 'g',
      userID: 'eve',
      nickname: 'Name of eve',
      faceURL: 'face-eve',
      roleLevel: 20,
      joinTime: clock.now(),
      joinSource: 3,
      inviterUserID: '',
      muteEndTime: 0,
      operatorUserID: 'eve',
      ex: ''
    })
    const all = [...everybody, 'eve']
    expect(log).toEqual([
      'eve joinedGroupAdded',
      ...all.map(userID => `${userID} groupMemberAdded`),
      ...all.map(userID => `${userID} groupInfoChanged`),
      'membersChanged',
      'notice 1510'
    ])
    expect(told.every(({ options }) => options?.cause === device)).toBe(true)
    expect(told.map(({ event }) => event)).toContainEqual({
      kind: 'groupInfoChanged',
      group: expect.objectContaining({ memberCount: 6 })
    })
    expect(changes).toEqual([{ groupID: 'g', joined: ['eve'] }])
    expect(notices).toMatchObject([
      {
        sendID: 'eve',
        tips: 'Name of eve加入了群聊',
        detail: { group: { groupID: 'g', memberCount: 6 }, entrantUser: { userID: 'eve' } }
      }
    ])
    expect(await groups.joinedGroupIDs('eve')).toEqual(['g'])
  })

  test('keeps how he found it', async () => {
    const { groups, make, as } = await rig()
    await make({ needVerification: 2 })
    await as('eve', 'joinGroup', { ...g, joinSource: 4 })
    expect(await groups.member('g', 'eve')).toMatchObject({ joinSource: 4 })
  })

  test('is refused when the group is full', async () => {
    const { groups, make, fault, log } = await rig({ maxGroupMembers: 5 })
    await make({ needVerification: 2 })
    expect(await fault('eve', 'joinGroup', g)).toBe('badArguments')
    expect(await groups.group('g')).toMatchObject({ memberCount: 5 })
    expect(await groups.memberIDs('g')).toEqual(new Set(everybody))
    expect(log).toEqual([])
  })
})

describe('joining a group that needs consent', () => {
  test.each([0, 1])(
    'becomes an application, which those who decide and the applicant hear of (%s)',
    async needVerification => {
      const { groups, make, as, log, told, clock } = await rig()
      await make({ needVerification })
      await as('eve', 'joinGroup', { ...g, reqMsg: 'please', joinSource: 4, ex: 'x' })
      expect(log.toSorted()).toEqual(
        ['ann', 'bea', 'bob', 'eve'].map(userID => `${userID} groupApplicationAdded`)
      )
      expect(told[0]?.event).toMatchObject({
        request: {
          groupID: 'g',
          groupName: 'G',
          groupFaceURL: '',
          memberCount: 5,
          userID: 'eve',
          nickname: 'Name of eve',
          userFaceURL: 'face-eve',
          gender: 0,
          handleResult: 0,
          reqMsg: 'please',
          handledMsg: '',
          reqTime: clock.now(),
          handleUserID: '',
          handledTime: 0,
          joinSource: 4,
          inviterUserID: '',
          ex: 'x'
        }
      })
      expect(await groups.member('g', 'eve')).toBeUndefined()
    }
  )

  test('again replaces what he said, and opens what was refused', async () => {
    const { make, as } = await rig()
    await make()
    await as('eve', 'joinGroup', { ...g, reqMsg: 'one' })
    await as('eve', 'joinGroup', { ...g, reqMsg: 'two' })
    expect(await as('eve', 'getGroupApplicationsAsApplicant', {})).toMatchObject([{ reqMsg: 'two' }])
    await as('bob', 'refuseGroupApplication', { ...g, fromUserID: 'eve', handleMsg: 'no' })
    await as('eve', 'joinGroup', { ...g, reqMsg: 'three' })
    expect(await as('eve', 'getGroupApplicationsAsApplicant', {})).toMatchObject([
      { reqMsg: 'three', handleResult: 0, handledMsg: '', handleUserID: '', handledTime: 0 }
    ])
  })
})

describe('joining a group', () => {
  test('is refused to a member', async () => {
    const { make, fault } = await rig()
    await make({ needVerification: 2 })
    expect(await fault('cid', 'joinGroup', g)).toBe('duplicate')
  })

  test('is refused when there is none, or it was dismissed', async () => {
    const { make, as, fault } = await rig()
    expect(await fault('eve', 'joinGroup', g)).toBe('groupNotFound')
    await make()
    await as('ann', 'dismissGroup', g)
    expect(await fault('eve', 'joinGroup', g)).toBe('groupDismissed')
  })
})
