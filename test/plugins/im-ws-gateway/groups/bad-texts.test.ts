import { expect, test } from 'vitest'
import { rig } from './rig.ts'

const g = { groupID: 'g' }

test.each(['\0', '\uD83D', '\uDE00'])(
  'a text that no database keeps (%j) is kept without what it cannot',
  async bad => {
    const { groups, make, as } = await rig()
    await make({ groupName: `A${bad}` })
    await as('ann', 'setGroupInfo', { ...g, notification: `B${bad}` })
    await as('cid', 'setGroupMemberInfo', { ...g, userID: 'cid', nickname: `C${bad}` })
    await as('eve', 'joinGroup', { ...g, reqMsg: `D${bad}` })
    await as('ann', 'acceptGroupApplication', { ...g, fromUserID: 'eve', handleMsg: `E${bad}` })
    expect(await groups.group('g')).toMatchObject({ groupName: 'A\uFFFD', notification: 'B\uFFFD' })
    expect(await groups.member('g', 'cid')).toMatchObject({ nickname: 'C\uFFFD' })
    expect(await as('eve', 'getGroupApplicationsAsApplicant', {})).toMatchObject([
      { reqMsg: 'D\uFFFD', handledMsg: 'E\uFFFD' }
    ])
  }
)

test.each(['\0', '\uD83D'])('an id that no database keeps (%j) is that of nobody and nothing', async bad => {
  const { make, fault, as } = await rig()
  await make()
  expect(await fault('ann', 'joinGroup', { groupID: bad })).toBe('groupNotFound')
  expect(await fault('ann', 'inviteToGroup', { ...g, userIDList: [bad] })).toBe('userNotFound')
  expect(await fault('ann', 'kickFromGroup', { ...g, userIDList: [bad] })).toBe('notInGroup')
  expect(await as('ann', 'getGroups', { groupIDList: [bad] })).toEqual([])
  expect(await as('ann', 'searchGroupMembers', { ...g, keywordList: [bad] })).toEqual([])
})
