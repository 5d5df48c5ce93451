import { describe, expect, test } from 'vitest'
import { everybody, rig } from './rig.ts'

const g = { groupID: 'g' }
const heard = everybody.map(userID => `${userID} groupInfoChanged`)

describe("a group's info", () => {
  test.each(['ann', 'bob'])('is changed by the owner and admins: %s', async by => {
    const { groups, make, as } = await rig()
    await make()
    const info = { introduction: 'i', ex: 'x', needVerification: 1, lookMemberInfo: 1, applyMemberFriend: 1 }
    await as(by, 'setGroupInfo', { ...g, ...info })
    expect(await groups.group('g')).toMatchObject({ ...info, groupName: 'G', memberCount: 5 })
  })

  test('with a new announcement is told to all, with a line of who has announced it', async () => {
    const { groups, make, as, log, notices, clock } = await rig()
    await make()
    await clock.advance(1_000)
    await as('bob', 'setGroupInfo', { ...g, notification: 'Rain tomorrow' })
    expect(await groups.group('g')).toMatchObject({
      notification: 'Rain tomorrow',
      notificationUserID: 'bob',
      notificationUpdateTime: clock.now()
    })
    expect(log).toEqual([...heard, 'notice 1519'])
    expect(notices).toMatchObject([
      { sendID: 'bob', detail: { group: { notification: 'Rain tomorrow' }, opUser: { userID: 'bob' } } }
    ])
  })

  test('with a new name is told to all, and to the conversations', async () => {
    const { make, as, log, notices, appearances } = await rig()
    await make()
    await as('ann', 'setGroupInfo', { ...g, groupName: 'New' })
    expect(log).toEqual([...heard, 'appearanceChanged', 'notice 1520'])
    expect(appearances).toEqual([{ groupID: 'g' }])
    expect(notices).toMatchObject([
      { tips: 'Name of ann将群名称修改为“New”', detail: { group: { groupName: 'New' } } }
    ])
  })

  test('with a new face is told to the conversations too', async () => {
    const { make, as, log } = await rig()
    await make()
    await as('ann', 'setGroupInfo', { ...g, faceURL: 'new' })
    expect(log).toEqual([...heard, 'appearanceChanged', 'notice 1502'])
  })

  test('with several new values is told once, with a line for each kind', async () => {
    const { make, as, log } = await rig()
    await make()
    await as('ann', 'setGroupInfo', { ...g, groupName: 'New', notification: 'n', introduction: 'i' })
    expect(log).toEqual([...heard, 'appearanceChanged', 'notice 1519', 'notice 1520', 'notice 1502'])
  })

  test('that is as it was tells nothing', async () => {
    const { make, as, log } = await rig()
    await make({ introduction: 'i', notification: 'n' })
    await as('ann', 'setGroupInfo', {
      ...g,
      groupName: 'G',
      introduction: 'i',
      notification: 'n',
      faceURL: ''
    })
    await as('ann', 'setGroupInfo', g)
    expect(log).toEqual([])
  })

  test('keeps its name when the new one is empty, and loses an announcement without an announcement', async () => {
    const { groups, make, as, log } = await rig()
    await make({ notification: 'n' })
    await as('ann', 'setGroupInfo', { ...g, groupName: '', notification: '' })
    expect(await groups.group('g')).toMatchObject({ groupName: 'G', notification: '' })
    expect(log).toEqual([...heard, 'notice 1502'])
  })

  test('is not changed by ordinary members and outsiders', async () => {
    const { groups, make, fault } = await rig()
    await make()
    expect(await fault('cid', 'setGroupInfo', { ...g, groupName: 'New' })).toBe('noPermission')
    expect(await fault('eve', 'setGroupInfo', { ...g, groupName: 'New' })).toBe('notInGroup')
    expect(await groups.group('g')).toMatchObject({ groupName: 'G' })
  })

  test('is not changed when the group is not or was dismissed', async () => {
    const { make, as, fault } = await rig()
    expect(await fault('ann', 'setGroupInfo', { ...g, groupName: 'New' })).toBe('groupNotFound')
    await make()
    await as('ann', 'dismissGroup', g)
    expect(await fault('ann', 'setGroupInfo', { ...g, groupName: 'New' })).toBe('groupDismissed')
  })
})
