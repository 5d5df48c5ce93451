// The objects that types/index.d.ts of open-im-sdk 2.3.0 declares. Where the page `struct` allows null, so do these.
const fields = (type, names) => Object.fromEntries(names.split(' ').map(name => [name, type]))

const person = fields('string', 'userID nickname faceURL ex')

export const fullUser = {
  ...person,
  ...fields('string', 'email phoneNumber'),
  ...fields('number', 'birth createTime gender')
}

export const publicUser = { ...person, gender: 'number' }

export const friend = {
  ...person,
  ...fields('string', 'email operatorUserID ownerUserID phoneNumber remark'),
  ...fields('number', 'addSource birth createTime gender')
}

export const black = {
  ...person,
  ...fields('string', 'operatorUserID ownerUserID'),
  ...fields('number', 'addSource createTime gender')
}

export const totalUser = fields('object|null', 'blackInfo friendInfo publicInfo')

export const relation = { userID: 'string', result: 'number' }

export const friendApplication = {
  ...fields('string', 'ex fromFaceURL fromNickname fromUserID handleMsg handlerUserID reqMsg'),
  ...fields('string', 'toFaceURL toNickname toUserID'),
  ...fields('number', 'createTime fromGender handleResult handleTime toGender')
}

export const group = {
  ...fields('string', 'groupID groupName notification notificationUserID introduction faceURL'),
  ...fields('string', 'ownerUserID creatorUserID ex'),
  ...fields('number', 'notificationUpdateTime createTime memberCount status groupType'),
  ...fields('number', 'needVerification applyMemberFriend lookMemberInfo')
}

export const member = {
  ...person,
  ...fields('string', 'groupID inviterUserID operatorUserID'),
  ...fields('number', 'roleLevel muteEndTime joinTime joinSource')
}

export const groupApplication = {
  ...fields('string', 'creatorUserID ex groupFaceURL groupID groupName handleUserID handledMsg'),
  ...fields('string', 'introduction nickname notification ownerUserID reqMsg userFaceURL userID'),
  ...fields('number', 'createTime gender groupType handleResult handledTime memberCount reqTime status')
}

export const conversation = {
  ...fields('string', 'conversationID userID groupID showName faceURL latestMsg draftText attachedInfo ex'),
  ...fields('number', 'conversationType recvMsgOpt unreadCount groupAtType latestMsgSendTime draftTextTime'),
  ...fields('boolean', 'isPinned isNotInGroup isPrivateChat')
}

const picture = { ...fields('string', 'uuid type url'), ...fields('number', 'size width height') }

export const message = {
  ...fields('string', 'clientMsgID serverMsgID sendID recvID senderNickname senderFaceUrl groupID content'),
  ...fields('string', 'attachedInfo ex'),
  ...fields('number', 'createTime sendTime sessionType msgFrom contentType platformID seq status'),
  isRead: 'boolean',
  offlinePush: { ...fields('string', 'title desc ex iOSPushSound'), iOSBadgeCount: 'boolean' },
  attachedInfoElem: {
    groupHasReadInfo: { hasReadCount: 'number', hasReadUserIDList: 'array', groupMemberCount: 'number' },
    isPrivateChat: 'boolean',
    hasReadTime: 'number',
    notSenderNotificationPush: 'boolean'
  },
  pictureElem: {
    sourcePath: 'string',
    sourcePicture: picture,
    bigPicture: picture,
    snapshotPicture: picture
  },
  soundElem: { ...fields('string', 'uuid soundPath sourceUrl'), ...fields('number', 'dataSize duration') },
  videoElem: {
    ...fields('string', 'videoPath videoUUID videoUrl videoType snapshotPath snapshotUUID snapshotUrl'),
    ...fields('number', 'videoSize duration snapshotSize snapshotWidth snapshotHeight')
  },
  fileElem: { ...fields('string', 'filePath uuid sourceUrl fileName'), fileSize: 'number' },
  faceElem: { index: 'number', data: 'string' },
  mergeElem: { title: 'string', abstractList: 'array|null', multiMessage: 'array|null' },
  atElem: { text: 'string', atUserList: 'array|null', isAtSelf: 'boolean' },
  locationElem: { description: 'string', longitude: 'number', latitude: 'number' },
  customElem: fields('string', 'data description extension'),
  quoteElem: { text: 'string', quoteMessage: 'object|null' },
  notificationElem: fields('string', 'detail defaultTips')
}

export const receipts = [{ userID: 'string', msgIDList: 'array' }]
