import type { Group, GroupMember } from '../../model.ts'
import type { Notice } from '../contracts.ts'

/** People that a notice names one by one, in its detail. */
const maxListed = 50
/** Characters of JSON of those people, so that no notice is larger than a message may be. */
const maxListedText = 40_000
/** People that its sentence names. */
const maxNamed = 10

/** Somebody did something to a group, at a time in milliseconds. */
export interface Deed {
  readonly group: Group
  /** Who did it. */
  readonly opUser: GroupMember
  readonly operationTime: number
}

const nameOf = ({ nickname, userID }: GroupMember): string => nickname || userID

function namesOf(members: readonly GroupMember[]): string {
  const names = members.slice(0, maxNamed).map(nameOf).join('、')
  return members.length > maxNamed ? `${names}等${members.length}人` : names
}

/** What back ends keep with a member is not told in every line about him. */
const brief = (member: GroupMember): GroupMember => ({ ...member, ex: '' })

function listed(members: readonly GroupMember[]): GroupMember[] {
  const list: GroupMember[] = []
  let length = 0
  for (const member of members.slice(0, maxListed).map(brief)) {
    length += JSON.stringify(member).length
    if (list.length > 0 && length > maxListedText) break
    list.push(member)
  }
  return list
}

/** `tips` comes after the name of whoever did it. Members of the detail are those of OpenIM's tips. */
function notice(contentType: number, deed: Deed, tips: string, more: object = {}): Notice {
  const { group, opUser } = deed
  return {
    contentType,
    sendID: opUser.userID,
    groupID: group.groupID,
    detail: { ...deed, group: { ...group, ex: '' }, opUser: brief(opUser), ...more },
    tips: `${nameOf(opUser)}${tips}`
  }
}

/** The notices that stand in a group, by what was done (specification §5.1: 1501–1520). */
export const notices = {
  created: (deed: Deed, members: readonly GroupMember[]): Notice =>
    notice(1501, deed, '创建了群聊', {
      memberList: listed(members),
      groupOwnerUser: brief(deed.opUser)
    }),
  infoSet: (deed: Deed): Notice => notice(1502, deed, '修改了群资料'),
  quit: (deed: Deed): Notice => notice(1504, deed, '退出了群聊', { quitUser: brief(deed.opUser) }),
  ownerTransferred: (deed: Deed, newGroupOwner: GroupMember): Notice =>
    notice(1507, deed, `将群主转让给了${nameOf(newGroupOwner)}`, {
      newGroupOwner: brief(newGroupOwner),
      oldGroupOwner: deed.opUser.userID,
      oldGroupOwnerInfo: brief(deed.opUser)
    }),
  kicked: (deed: Deed, members: readonly GroupMember[]): Notice =>
    notice(1508, deed, `将${namesOf(members)}移出了群聊`, { kickedUserList: listed(members) }),
  invited: (deed: Deed, members: readonly GroupMember[]): Notice =>
    notice(1509, deed, `邀请${namesOf(members)}加入了群聊`, {
      invitedUserList: listed(members),
      inviterUser: brief(deed.opUser)
    }),
  entered: (deed: Deed): Notice => notice(1510, deed, '加入了群聊', { entrantUser: brief(deed.opUser) }),
  dismissed: (deed: Deed): Notice => notice(1511, deed, '解散了群聊'),
  memberMuted: (deed: Deed, mutedUser: GroupMember, mutedSeconds: number): Notice =>
    notice(1512, deed, `将${nameOf(mutedUser)}禁言`, { mutedUser: brief(mutedUser), mutedSeconds }),
  memberUnmuted: (deed: Deed, mutedUser: GroupMember): Notice =>
    notice(1513, deed, `解除了${nameOf(mutedUser)}的禁言`, { mutedUser: brief(mutedUser) }),
  groupMuted: (deed: Deed): Notice => notice(1514, deed, '开启了全体禁言'),
  groupUnmuted: (deed: Deed): Notice => notice(1515, deed, '关闭了全体禁言'),
  memberInfoSet: (deed: Deed, changedUser: GroupMember): Notice =>
    notice(
      1516,
      deed,
      `修改了${changedUser.userID === deed.opUser.userID ? '' : `${nameOf(changedUser)}的`}群名片`,
      {
        changedUser: brief(changedUser)
      }
    ),
  madeAdmin: (deed: Deed, changedUser: GroupMember): Notice =>
    notice(1517, deed, `将${nameOf(changedUser)}设为管理员`, { changedUser: brief(changedUser) }),
  madeOrdinary: (deed: Deed, changedUser: GroupMember): Notice =>
    notice(1518, deed, `取消了${nameOf(changedUser)}的管理员身份`, { changedUser: brief(changedUser) }),
  announced: (deed: Deed): Notice => notice(1519, deed, `发布了群公告：${deed.group.notification}`),
  named: (deed: Deed): Notice => notice(1520, deed, `将群名称修改为“${deed.group.groupName}”`)
}
