// What values of open-im-sdk 3.5.2 look like, field by field: lib/types/entity.d.ts and lib/types/enum.d.ts of the package.

/** A value that is right by a rule instead of by being equal. `explain` says what is wrong, where that is more than a word. */
class Want {
  constructor(say, test, explain) {
    Object.assign(this, { say, test, explain })
  }

  toJSON() {
    return this.say
  }
}

export const want = (say, test, explain) => new Want(say, test, explain)

export function show(value) {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 260 ? `${text.slice(0, 260)}…` : text
}

/** How a value is not as expected, in words. Objects may have more fields than expected, arrays not more elements. */
export function differences(came, expected, path = '') {
  const where = path && `${path.replace(/^\./, '')} `
  const differs = () => [`expected ${where}${show(expected)}, came ${show(came)}`]
  if (expected instanceof Want) {
    if (expected.test(came)) return []
    return expected.explain?.(came, path) ?? differs()
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(came) || came.length !== expected.length) return differs()
    return expected.flatMap((item, i) => differences(came[i], item, `${path}[${i}]`))
  }
  if (typeof expected === 'object' && expected !== null) {
    if (typeof came !== 'object' || came === null) return differs()
    return Object.entries(expected).flatMap(([key, item]) => differences(came[key], item, `${path}.${key}`))
  }
  return Object.is(came, expected) ? [] : differs()
}

export const string = want('a string', value => typeof value === 'string')
export const text = want('a non-empty string', value => typeof value === 'string' && value !== '')
export const number = want('a number', value => typeof value === 'number')
export const positive = want('a number above 0', value => typeof value === 'number' && value > 0)
export const boolean = want('a boolean', value => typeof value === 'boolean')
/** Unix time in milliseconds, of these days. */
export const now = want('the time of now in ms', value => Math.abs(value - Date.now()) < 600_000)
export const not = unwanted => want(`not ${show(unwanted)}`, value => !Object.is(value, unwanted))
export const oneOf = (...values) => want(`one of ${show(values)}`, value => values.includes(value))

const fits = (value, expected) => differences(value, expected).length === 0

/** What is wrong with the element of a list that comes nearest to the expected one. */
function nearest(list, expected, path) {
  if (!Array.isArray(list) || list.length === 0) return undefined
  const wrong = list.map((item, i) => differences(item, expected, `${path}[${i}]`))
  return wrong.toSorted((a, b) => a.length - b.length)[0]
}

const listing = (say, test, explain) => want(say, value => Array.isArray(value) && test(value), explain)

/** A list that has one element as each of the expected ones. */
export const including = (...expected) =>
  listing(
    `a list with ${show(expected)}`,
    value => expected.every(item => value.some(one => fits(one, item))),
    (value, path) =>
      nearest(
        value,
        expected.find(item => nearest(value, item, path)?.length !== 0),
        path
      )
  )
export const without = unwanted =>
  listing(
    `a list without ${show(unwanted)}`,
    value => !value.some(one => fits(one, unwanted)),
    (value, path) => {
      const found = Array.isArray(value) ? value.findIndex(one => fits(one, unwanted)) : -1
      return found < 0 ? undefined : [`expected none with ${show(unwanted)}, came one as ${path}[${found}]`]
    }
  )
/** A list of just the expected elements, in any order. */
export const just = (...expected) =>
  listing(
    `a list of just ${show(expected)}`,
    value => value.length === expected.length && expected.every(item => value.some(one => fits(one, item)))
  )
export const listOf = expected =>
  listing(
    `a list of ${show(expected)}`,
    value => value.every(one => fits(one, expected)),
    (value, path) =>
      Array.isArray(value)
        ? value.flatMap((one, i) => differences(one, expected, `${path}[${i}]`))
        : undefined
  )

/** A string of JSON with a value as expected in it. */
export const jsonOf = expected =>
  want(`JSON of ${show(expected)}`, value => {
    try {
      return typeof value === 'string' && fits(JSON.parse(value), expected)
    } catch {
      return false
    }
  })

export const publicUser = { userID: text, nickname: string, faceURL: string, ex: string }

export const selfUser = { ...publicUser, createTime: number, globalRecvMsgOpt: oneOf(0, 1, 2) }

export const friendUser = {
  ...publicUser,
  addSource: number,
  createTime: positive,
  operatorUserID: string,
  ownerUserID: text,
  remark: string,
  attachedInfo: string
}

export const blackUser = {
  ...publicUser,
  addSource: number,
  createTime: positive,
  operatorUserID: string,
  ownerUserID: text
}

export const friendApplication = {
  createTime: positive,
  ex: string,
  fromFaceURL: string,
  fromNickname: string,
  fromUserID: text,
  handleMsg: string,
  handleResult: oneOf(0, 1, -1),
  handleTime: number,
  handlerUserID: string,
  reqMsg: string,
  toFaceURL: string,
  toNickname: string,
  toUserID: text
}

export const group = {
  groupID: text,
  groupName: string,
  notification: string,
  notificationUserID: string,
  notificationUpdateTime: number,
  introduction: string,
  faceURL: string,
  ownerUserID: text,
  createTime: positive,
  memberCount: number,
  status: oneOf(0, 1, 2, 3),
  creatorUserID: text,
  groupType: 2,
  needVerification: oneOf(0, 1, 2),
  ex: string,
  applyMemberFriend: oneOf(0, 1),
  lookMemberInfo: oneOf(0, 1)
}

export const member = {
  groupID: text,
  userID: text,
  nickname: string,
  faceURL: string,
  roleLevel: oneOf(20, 60, 100),
  muteEndTime: number,
  joinTime: positive,
  joinSource: number,
  inviterUserID: string,
  operatorUserID: string,
  ex: string
}

export const groupApplication = {
  createTime: positive,
  creatorUserID: text,
  ex: string,
  groupFaceURL: string,
  groupID: text,
  groupName: string,
  groupType: 2,
  handleResult: oneOf(0, 1, -1),
  handleUserID: string,
  handledMsg: string,
  handledTime: number,
  introduction: string,
  memberCount: positive,
  nickname: string,
  notification: string,
  ownerUserID: text,
  reqMsg: string,
  reqTime: positive,
  joinSource: oneOf(2, 3, 4),
  status: number,
  userFaceURL: string,
  userID: text
}

export const conversation = {
  conversationID: text,
  conversationType: oneOf(1, 3, 4),
  userID: string,
  groupID: string,
  showName: string,
  faceURL: string,
  recvMsgOpt: oneOf(0, 1, 2),
  unreadCount: number,
  groupAtType: oneOf(0, 1, 2, 3, 4),
  latestMsg: string,
  latestMsgSendTime: number,
  draftText: string,
  draftTextTime: number,
  burnDuration: number,
  msgDestructTime: number,
  isPinned: boolean,
  isNotInGroup: boolean,
  isPrivateChat: boolean,
  isMsgDestruct: boolean,
  attachedInfo: string,
  ex: string
}

/** A message, without the elements: the declarations give every message all of them, and any kind has one. */
export const message = {
  clientMsgID: text,
  serverMsgID: string,
  createTime: positive,
  sendTime: number,
  sessionType: number,
  sendID: text,
  recvID: string,
  msgFrom: number,
  contentType: positive,
  senderPlatformID: number,
  senderNickname: string,
  senderFaceUrl: string,
  groupID: string,
  content: string,
  seq: number,
  isRead: boolean,
  status: oneOf(1, 2, 3),
  isReact: boolean,
  isExternalExtensions: boolean,
  offlinePush: { title: string, desc: string, ex: string, iOSPushSound: string, iOSBadgeCount: boolean },
  attachedInfoElem: {
    groupHasReadInfo: {
      hasReadCount: number,
      unreadCount: number,
      hasReadUserIDList: listOf(text),
      groupMemberCount: number
    },
    isPrivateChat: boolean,
    isEncryption: boolean,
    inEncryptStatus: boolean,
    burnDuration: number,
    hasReadTime: number,
    notSenderNotificationPush: boolean
  },
  attachedInfo: string,
  ex: string,
  localEx: string
}

export const revokedInfo = {
  revokerID: text,
  revokerRole: number,
  clientMsgID: text,
  revokerNickname: string,
  revokeTime: now,
  sourceMessageSendTime: now,
  sourceMessageSendID: text,
  sourceMessageSenderNickname: string,
  sessionType: oneOf(1, 3),
  seq: number,
  ex: string
}

export const receipt = {
  userID: text,
  groupID: string,
  msgIDList: listOf(text),
  readTime: now,
  msgFrom: number,
  contentType: number,
  sessionType: 1
}
