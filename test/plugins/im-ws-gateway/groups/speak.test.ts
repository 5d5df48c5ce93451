import { describe, expect, test } from 'vitest'
import { rig } from './rig.ts'

describe('the right to speak in a group', () => {
  const spoken = async (groups: Awaited<ReturnType<typeof rig>>['groups'], userID: string, groupID = 'g') =>
    groups.assertMaySpeak(groupID, userID).then(
      ({ member }) => member.nickname,
      (error: { code: string }) => error.code
    )

  test('is that of its members, who come with their names and the group', async () => {
    const { groups, make } = await rig()
    await make()
    expect(await groups.assertMaySpeak('g', 'cid')).toMatchObject({
      group: { groupID: 'g', memberCount: 5 },
      member: { userID: 'cid', nickname: 'Name of cid', faceURL: 'face-cid', roleLevel: 20 }
    })
  })

  test('is not that of outsiders, in no group that is not, and nobody has it in one that was dismissed', async () => {
    const { groups, make, as } = await rig()
    await make()
    expect(await spoken(groups, 'eve')).toBe('notInGroup')
    expect(await spoken(groups, 'ann', 'nowhere')).toBe('groupNotFound')
    await as('ann', 'dismissGroup', { groupID: 'g' })
    expect(await spoken(groups, 'ann')).toBe('groupDismissed')
  })

  test('is taken from ordinary members while the group is muted', async () => {
    const { groups, make, as } = await rig()
    await make()
    await as('bob', 'changeGroupMute', { groupID: 'g', isMute: true })
    const answers = await Promise.all(['ann', 'bea', 'bob', 'cid'].map(userID => spoken(groups, userID)))
    expect(answers).toEqual(['Name of ann', 'Name of bea', 'Name of bob', 'groupMuted'])
    await as('ann', 'changeGroupMute', { groupID: 'g', isMute: false })
    expect(await spoken(groups, 'cid')).toBe('Name of cid')
  })

  test('comes back to a muted member when his time is up, and not before', async () => {
    const { groups, make, as, clock } = await rig()
    await make()
    await as('ann', 'changeGroupMemberMute', { groupID: 'g', userID: 'bob', mutedSeconds: 60 })
    await clock.advance(59_999)
    expect(await spoken(groups, 'bob')).toBe('mutedInGroup')
    await clock.advance(1)
    expect(await spoken(groups, 'bob')).toBe('Name of bob')
  })

  test('goes with membership at once', async () => {
    const { groups, make, as } = await rig()
    await make()
    expect(await spoken(groups, 'cid')).toBe('Name of cid')
    await as('ann', 'kickFromGroup', { groupID: 'g', userIDList: ['cid'] })
    expect(await spoken(groups, 'cid')).toBe('notInGroup')
    await as('bob', 'inviteToGroup', { groupID: 'g', userIDList: ['cid'] })
    expect(await spoken(groups, 'cid')).toBe('Name of cid')
  })
})
