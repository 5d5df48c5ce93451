import { methodsOf } from './method.ts'

/** Sessions and users. */
export const userMethods = methodsOf([
  ['Login', 'all', 'login', '{userID, token}', '[userID, token]'],
  ['Logout', 'all', 'logout', '', '[]'],
  ['GetLoginStatus', 'all', 'status', '', '[]'],
  ['GetLoginUser', 'older', 'user', '', null],
  ['GetLoginUserID', 'only3', 'user', null, '[]'],
  ['SetAppBackgroundStatus', 'only3', 'nothing', null, '[]'],
  ['NetworkStatusChanged', 'only3', 'nothing', null, '[]'],
  ['InitSDK', 'nobody', 'nothing', '', '[]'],
  ['GetSelfUserInfo', 'all', 'getSelf', '', '[]', 'user'],
  ['SetSelfInfo', 'all', 'setSelf', '{...}', '[{...}*]'],
  ['GetUsersInfo', 'older', 'getUsers', 'userIDList*', null, 'userCards'],
  ['GetUsersInfoWithCache', 'only3', 'getUsers', null, '[userIDList*, groupID]', 'userCards'],
  ['SubscribeUsersStatus', 'only3', 'subscribeUsersStatus', null, '[userIDList*]', 'statuses'],
  ['UnsubscribeUsersStatus', 'only3', 'unsubscribeUsersStatus', null, '[userIDList*]'],
  ['GetSubscribeUsersStatus', 'only3', 'getSubscribedUsersStatus', null, '[]', 'statuses'],
  ['SetGlobalRecvMessageOpt', 'later', 'setGlobalRecvMessageOpt', '{opt}', '[opt]']
])
