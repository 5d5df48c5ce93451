import { describe, expect, test } from 'vitest'
import { everybody, rig } from './rig.ts'

const g = { groupID: 'g' }
const heard = everybody.map(userID => `${userID} groupMemberInfoChanged`)

describe("a member's info", () => {
  test.each(['ann', 'bob', 'cid'])('is changed by himself, and all hear of it: %s', async userID => {
    const { groups, make, as, log, notices } = await rig()
    await make()
    const info = { nickname: 'Nick', faceURL: 'f', ex: 'x' }
    await as(userID, 'setGroupMemberInfo', { ...g, userID, ...info })
    expect(await groups.member('g', userID)).toMatchObject(info)
    expect(log).toEqual([...heard, 'notice 1516'])
    expect(notices).toMatchObject([
      {
        sendID: userID,
        tips: 'Nick修改了群名片',
        detail: { opUser: { userID, nickname: 'Nick' }, changedUser: { userID, nickname: 'Nick' } }
      }
    ])
  })

  test('is changed by those above him', async () => {
    const { groups, make, as, notices } = await rig()
    await make()
    await as('ann', 'setGroupMemberInfo', { ...g, userID: 'bob', nickname: 'B' })
    await as('bob', 'setGroupMemberInfo', { ...g, userID: 'cid', nickname: 'C' })
    expect(await groups.member('g', 'bob')).toMatchObject({ nickname: 'B' })
    expect(await groups.member('g', 'cid')).toMatchObject({ nickname: 'C' })
    expect(notices.map(({ tips }) => tips)).toEqual(['Name of ann修改了B的群名片', 'B修改了C的群名片'])
  })

  test('is not changed by those beside or below him, or outsiders', async () => {
    const { groups, make, fault } = await rig()
    await make()
    const change = (by: string, userID: string) =>
      fault(by, 'setGroupMemberInfo', { ...g, userID, nickname: 'N' })
    expect(await change('bob', 'bea')).toBe('noPermission')
    expect(await change('bob', 'ann')).toBe('noPermission')
    expect(await change('cid', 'dan')).toBe('noPermission')
    expect(await change('cid', 'ann')).toBe('noPermission')
    expect(await change('eve', 'cid')).toBe('notInGroup')
    expect(await groups.member('g', 'dan')).toMatchObject({ nickname: 'Name of dan' })
  })

  test('shows the person again when his name there is taken away', async () => {
    const { groups, make, as, told } = await rig()
    await make()
    await as('cid', 'setGroupMemberInfo', { ...g, userID: 'cid', nickname: 'C' })
    await as('cid', 'setGroupMemberInfo', { ...g, userID: 'cid', nickname: '' })
    expect(await groups.member('g', 'cid')).toMatchObject({ nickname: 'Name of cid' })
    expect(told.at(-1)?.event).toMatchObject({ member: { nickname: 'Name of cid' } })
  })

  test('follows the person where he has no name there', async () => {
    const { groups, make, users } = await rig()
    await make()
    await groups.member('g', 'cid')
    users.set('cid', { ...users.get('cid')!, nickname: 'Renamed' })
    expect(await groups.member('g', 'cid')).toMatchObject({ nickname: 'Renamed' })
  })

  test('that is as it was tells nothing', async () => {
    const { make, as, log } = await rig()
    await make()
    await as('ann', 'setGroupMemberInfo', { ...g, userID: 'cid', ex: '', roleLevel: 20 })
    await as('cid', 'setGroupMemberInfo', { ...g, userID: 'cid' })
    expect(log).toEqual([])
  })

  test('is not there for outsiders, nor in a group that is not or was dismissed', async () => {
    const { make, as, fault } = await rig()
    expect(await fault('ann', 'setGroupMemberInfo', { ...g, userID: 'cid', ex: 'x' })).toBe('groupNotFound')
    await make()
    expect(await fault('ann', 'setGroupMemberInfo', { ...g, userID: 'eve', ex: 'x' })).toBe('notInGroup')
    await as('ann', 'dismissGroup', g)
    expect(await fault('ann', 'setGroupMemberInfo', { ...g, userID: 'cid', ex: 'x' })).toBe('groupDismissed')
  })
})

describe("a member's role", () => {
  test('is changed by the owner, and all hear of it', async () => {
    const { groups, make, as, log, notices } = await rig()
    await make()
    await as('ann', 'setGroupMemberInfo', { ...g, userID: 'cid', roleLevel: 60 })
    expect(await groups.member('g', 'cid')).toMatchObject({ roleLevel: 60 })
    expect(log).toEqual([...heard, 'notice 1517'])
    expect(notices).toMatchObject([{ detail: { changedUser: { userID: 'cid', roleLevel: 60 } } }])
    log.length = 0
    await as('ann', 'setGroupMemberInfo', { ...g, userID: 'cid', roleLevel: 20 })
    expect(await groups.member('g', 'cid')).toMatchObject({ roleLevel: 20 })
    expect(log).toEqual([...heard, 'notice 1518'])
  })

  test('gives and takes rights at once', async () => {
    const { make, as, fault } = await rig()
    await make()
    expect(await fault('cid', 'changeGroupMute', { ...g, isMute: true })).toBe('noPermission')
    await as('ann', 'setGroupMemberInfo', { ...g, userID: 'cid', roleLevel: 60 })
    expect(await fault('cid', 'changeGroupMute', { ...g, isMute: true })).toBeUndefined()
    await as('ann', 'setGroupMemberInfo', { ...g, userID: 'cid', roleLevel: 20 })
    expect(await fault('cid', 'changeGroupMute', { ...g, isMute: false })).toBe('noPermission')
  })

  test('with other values is told once, with two lines', async () => {
    const { make, as, log } = await rig()
    await make()
    await as('ann', 'setGroupMemberInfo', { ...g, userID: 'cid', roleLevel: 60, nickname: 'C' })
    expect(log).toEqual([...heard, 'notice 1517', 'notice 1516'])
  })

  test('is not changed by admins, not for those below, beside, or themselves', async () => {
    const { make, fault } = await rig()
    await make()
    for (const userID of ['cid', 'bea', 'ann', 'bob'])
      for (const roleLevel of [20, 60, 100] as const) {
        if (userID === 'cid' && roleLevel === 20) continue
        if (userID === 'bob' && roleLevel === 60) continue
        const code = await fault('bob', 'setGroupMemberInfo', { ...g, userID, roleLevel })
        expect([userID, roleLevel, code]).toEqual([userID, roleLevel, 'noPermission'])
      }
  })

  test('is not changed by ordinary members', async () => {
    const { make, fault } = await rig()
    await make()
    for (const userID of ['cid', 'dan'])
      expect(await fault('cid', 'setGroupMemberInfo', { ...g, userID, roleLevel: 60 })).toBe('noPermission')
  })

  test('of an owner is neither given nor laid down', async () => {
    const { groups, make, fault } = await rig()
    await make()
    const change = (userID: string, roleLevel: 20 | 60 | 100) =>
      fault('ann', 'setGroupMemberInfo', { ...g, userID, roleLevel })
    expect(await change('bob', 100)).toBe('badArguments')
    expect(await change('ann', 20)).toBe('noPermission')
    expect(await groups.member('g', 'ann')).toMatchObject({ roleLevel: 100 })
    expect(await groups.member('g', 'bob')).toMatchObject({ roleLevel: 60 })
  })
})
