import { expect, test } from 'vitest'
import { newMember } from '../../../../src/plugins/im-ws-gateway/embedded/groups/joining.ts'
import { notices } from '../../../../src/plugins/im-ws-gateway/embedded/groups/notices.ts'
import type { Group, GroupMember } from '../../../../src/plugins/im-ws-gateway/model.ts'

const member = (userID: string, given: Partial<GroupMember> = {}): GroupMember =>
  newMember({ groupID: 'g', userID, joinTime: 0, joinSource: 2, nickname: `N-${userID}`, ...given })

const group = (given: Partial<Group> = {}): Group => ({
  groupID: 'g',
  groupName: 'G',
  notification: '',
  notificationUpdateTime: 0,
  notificationUserID: '',
  introduction: '',
  faceURL: '',
  createTime: 0,
  status: 0,
  creatorUserID: 'ann',
  groupType: 2,
  ownerUserID: 'ann',
  memberCount: 1,
  ex: '',
  needVerification: 0,
  lookMemberInfo: 0,
  applyMemberFriend: 0,
  ...given
})

const some = (count: number, given: Partial<GroupMember> = {}): GroupMember[] =>
  Array.from({ length: count }, (_, index) => member(`user${index}`, given))

test('a notice names ten people in its sentence and fifty in its detail', () => {
  const deed = { group: group(), opUser: member('ann'), operationTime: 7 }
  const { tips, detail } = notices.invited(deed, some(60))
  expect(tips).toBe(
    'N-ann邀请N-user0、N-user1、N-user2、N-user3、N-user4、N-user5、N-user6、N-user7、N-user8、N-user9等60人加入了群聊'
  )
  expect(detail).toMatchObject({ operationTime: 7 })
  expect(detail).toHaveProperty('invitedUserList.length', 50)
})

test('somebody without a name is named by his id', () => {
  const deed = { group: group(), opUser: member('ann', { nickname: '' }), operationTime: 0 }
  expect(notices.entered(deed).tips).toBe('ann加入了群聊')
})

test('a notice tells nothing of what back ends keep with a member or a group', () => {
  const secret = { ex: 'secret' }
  const [ann, cid] = [member('ann', secret), member('cid', secret)]
  const deed = { group: group(secret), opUser: ann, operationTime: 0 }
  const all = [
    notices.created(deed, [ann, cid]),
    notices.infoSet(deed),
    notices.quit(deed),
    notices.ownerTransferred(deed, cid),
    notices.kicked(deed, [cid]),
    notices.invited(deed, [cid]),
    notices.entered(deed),
    notices.dismissed(deed),
    notices.memberMuted(deed, cid, 9),
    notices.memberUnmuted(deed, cid),
    notices.groupMuted(deed),
    notices.groupUnmuted(deed),
    notices.memberInfoSet(deed, cid),
    notices.madeAdmin(deed, cid),
    notices.madeOrdinary(deed, cid),
    notices.announced(deed),
    notices.named(deed)
  ]
  expect(JSON.stringify(all)).not.toContain('secret')
  expect(all.map(({ contentType }) => contentType)).toEqual([
    1501, 1502, 1504, 1507, 1508, 1509, 1510, 1511, 1512, 1513, 1514, 1515, 1516, 1517, 1518, 1519, 1520
  ])
})

test('a notice of the longest texts is smaller than a message may be', () => {
  const text = (length: number): string => '\u0001'.repeat(length)
  const person = { nickname: text(256), faceURL: text(2_048), ex: text(8_192) }
  const large = group({
    groupName: text(256),
    notification: text(4_096),
    introduction: text(4_096),
    faceURL: text(2_048),
    ex: text(8_192)
  })
  const deed = { group: large, opUser: member('ann', person), operationTime: 0 }
  const { detail, tips } = notices.created(deed, some(60, person))
  const elem = JSON.stringify({ detail: JSON.stringify(detail), defaultTips: tips })
  expect(Buffer.byteLength(elem)).toBeLessThan(200_000)
})
