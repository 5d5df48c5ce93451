import { describe, expect, test } from 'vitest'
import { everybody, rig } from './rig.ts'

const g = { groupID: 'g' }

describe('muting a group', () => {
  test.each(['ann', 'bob'])('is for the owner and admins, and all hear of it: %s', async by => {
    const { groups, make, as, log, told, notices } = await rig()
    await make()
    await as(by, 'changeGroupMute', { ...g, isMute: true })
    expect(await groups.group('g')).toMatchObject({ status: 3 })
    expect(log).toEqual([...everybody.map(userID => `${userID} groupInfoChanged`), 'notice 1514'])
    expect(told[0]?.event).toMatchObject({ group: { status: 3 } })
    expect(notices).toMatchObject([{ sendID: by, detail: { group: { status: 3 }, opUser: { userID: by } } }])
  })

  test('ends with a line of its own', async () => {
    const { groups, make, as, log } = await rig()
    await make()
    await as('bob', 'changeGroupMute', { ...g, isMute: true })
    log.length = 0
    await as('bea', 'changeGroupMute', { ...g, isMute: false })
    expect(await groups.group('g')).toMatchObject({ status: 0 })
    expect(log.at(-1)).toBe('notice 1515')
  })

  test('tells nothing when it is as it was', async () => {
    const { make, as, log } = await rig()
    await make()
    await as('ann', 'changeGroupMute', { ...g, isMute: false })
    await as('ann', 'changeGroupMute', { ...g, isMute: true })
    log.length = 0
    await as('ann', 'changeGroupMute', { ...g, isMute: true })
    expect(log).toEqual([])
  })

  test('is not for ordinary members and outsiders', async () => {
    const { make, fault } = await rig()
    await make()
    expect(await fault('cid', 'changeGroupMute', { ...g, isMute: true })).toBe('noPermission')
    expect(await fault('eve', 'changeGroupMute', { ...g, isMute: true })).toBe('notInGroup')
  })

  test('is refused when the group is not or was dismissed', async () => {
    const { make, as, fault } = await rig()
    expect(await fault('ann', 'changeGroupMute', { ...g, isMute: true })).toBe('groupNotFound')
    await make()
    await as('ann', 'dismissGroup', g)
    expect(await fault('ann', 'changeGroupMute', { ...g, isMute: true })).toBe('groupDismissed')
  })
})

describe('muting a member', () => {
  const mute = (userID: string, mutedSeconds = 60) => ({ ...g, userID, mutedSeconds })

  test('sets when it ends, and all hear of it', async () => {
    const { groups, make, as, log, told, notices, clock } = await rig()
    await make()
    await as('bob', 'changeGroupMemberMute', mute('cid'))
    const muteEndTime = clock.now() + 60_000
    expect(await groups.member('g', 'cid')).toMatchObject({ muteEndTime })
    expect(log).toEqual([...everybody.map(userID => `${userID} groupMemberInfoChanged`), 'notice 1512'])
    expect(told[0]?.event).toMatchObject({ member: { userID: 'cid', nickname: 'Name of cid', muteEndTime } })
    expect(notices).toMatchObject([
      {
        sendID: 'bob',
        tips: 'Name of bob将Name of cid禁言',
        detail: { opUser: { userID: 'bob' }, mutedUser: { userID: 'cid', muteEndTime }, mutedSeconds: 60 }
      }
    ])
  })

  test('of 0 seconds ends it', async () => {
    const { groups, make, as, log, notices } = await rig()
    await make()
    await as('bob', 'changeGroupMemberMute', mute('cid'))
    log.length = 0
    await as('ann', 'changeGroupMemberMute', mute('cid', 0))
    expect(await groups.member('g', 'cid')).toMatchObject({ muteEndTime: 0 })
    expect(log.at(-1)).toBe('notice 1513')
    expect(notices.at(-1)).toMatchObject({ sendID: 'ann', detail: { mutedUser: { userID: 'cid' } } })
  })

  test('of 0 seconds tells nothing when he is not muted any more', async () => {
    const { make, as, log, clock } = await rig()
    await make()
    await as('ann', 'changeGroupMemberMute', mute('dan', 0))
    await as('ann', 'changeGroupMemberMute', mute('cid', 1))
    await clock.advance(1_000)
    log.length = 0
    await as('ann', 'changeGroupMemberMute', mute('cid', 0))
    expect(log).toEqual([])
  })

  test('who is an admin is for the owner', async () => {
    const { make, fault } = await rig()
    await make()
    expect(await fault('ann', 'changeGroupMemberMute', mute('bob'))).toBeUndefined()
    expect(await fault('bea', 'changeGroupMemberMute', mute('bob'))).toBe('noPermission')
  })

  test('who is the owner is for nobody', async () => {
    const { make, fault } = await rig()
    await make()
    for (const by of ['ann', 'bob', 'cid'])
      expect(await fault(by, 'changeGroupMemberMute', mute('ann'))).toBe('noPermission')
  })

  test('is not done by admins to themselves', async () => {
    const { make, fault } = await rig()
    await make()
    expect(await fault('bob', 'changeGroupMemberMute', mute('bob'))).toBe('noPermission')
  })

  test('is not for ordinary members and outsiders', async () => {
    const { make, fault } = await rig()
    await make()
    expect(await fault('cid', 'changeGroupMemberMute', mute('dan'))).toBe('noPermission')
    expect(await fault('eve', 'changeGroupMemberMute', mute('dan'))).toBe('notInGroup')
  })

  test('is refused when he is none, and when the group is not or was dismissed', async () => {
    const { make, as, fault } = await rig()
    expect(await fault('ann', 'changeGroupMemberMute', mute('cid'))).toBe('groupNotFound')
    await make()
    expect(await fault('ann', 'changeGroupMemberMute', mute('eve'))).toBe('notInGroup')
    await as('ann', 'dismissGroup', g)
    expect(await fault('ann', 'changeGroupMemberMute', mute('cid'))).toBe('groupDismissed')
  })
})
