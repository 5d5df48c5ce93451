import { methodsOf } from './method.ts'

const answer = '{toUserID, handleMsg}'
const search = '{keywordList, isSearchUserID, isSearchNickname, isSearchRemark}'

/** Friends and the blacklist. */
export const friendMethods = methodsOf([
  ['GetFriendList', 'all', 'getFriends', '', '[]', 'userCards'],
  ['GetDesignatedFriendsInfo', 'older', 'getSpecifiedFriends', 'userIDList*', null, 'userCards'],
  ['GetSpecifiedFriendsInfo', 'only3', 'getSpecifiedFriends', null, '[userIDList*]', 'userCards'],
  ['AddFriend', 'all', 'addFriend', 'toUserID|{...}', '[toUserID|{...}]'],
  ['GetRecvFriendApplicationList', 'older', 'getFriendApplicationsAsRecipient', '', null, 'friendRequests'],
  [
    'GetFriendApplicationListAsRecipient',
    'only3',
    'getFriendApplicationsAsRecipient',
    null,
    '[]',
    'friendRequests'
  ],
  ['GetSendFriendApplicationList', 'older', 'getFriendApplicationsAsApplicant', '', null, 'friendRequests'],
  [
    'GetFriendApplicationListAsApplicant',
    'only3',
    'getFriendApplicationsAsApplicant',
    null,
    '[]',
    'friendRequests'
  ],
  ['AcceptFriendApplication', 'all', 'acceptFriendApplication', answer, `[${answer}*]`],
  ['RefuseFriendApplication', 'all', 'refuseFriendApplication', answer, `[${answer}*]`],
  ['CheckFriend', 'all', 'checkFriend', 'userIDList*', '[userIDList*]', 'checks'],
  ['DeleteFriend', 'all', 'deleteFriend', 'userID', '[userID]'],
  ['SetFriendRemark', 'all', 'setFriendRemark', '{toUserID, remark}', '[{toUserID, remark}*]'],
  ['AddBlack', 'all', 'addBlack', 'userID|{toUserID>userID, ex}', '[userID|{toUserID>userID, ex}, ex]'],
  ['RemoveBlack', 'all', 'removeBlack', 'userID', '[userID]'],
  ['GetBlackList', 'all', 'getBlacks', '', '[]', 'blacks'],
  ['SearchFriends', 'later', 'searchFriends', search, `[${search}*]`, 'foundFriends']
])
