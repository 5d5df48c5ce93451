import { defineErrors } from '../../api-error/service.ts'

/** What can go wrong with a request of a back end. */
export const RestErrors = defineErrors({
  'im.user_not_found': {
    http: 404,
    flask: 3110,
    title: { 'zh-CN': '没有该用户', en: 'There is no such user' }
  },
  'im.group_not_found': {
    http: 404,
    flask: 3111,
    title: { 'zh-CN': '没有该群组', en: 'There is no such group' }
  },
  'im.duplicate': {
    http: 409,
    flask: 3112,
    title: { 'zh-CN': '已存在', en: 'It exists already' }
  },
  'im.refused': {
    http: 409,
    flask: 3113,
    title: { 'zh-CN': '当前状态不允许该操作', en: 'The chat does not allow that now' }
  },
  'im.tokens_elsewhere': {
    http: 501,
    flask: 3114,
    expose: true,
    title: {
      'zh-CN': '令牌由 OpenIM 服务器签发，请向其申请',
      en: 'The OpenIM server issues the tokens: ask it for one'
    }
  },
  'im.not_supported': {
    http: 501,
    flask: 3115,
    expose: true,
    title: { 'zh-CN': '网关不支持该操作', en: 'This gateway does not support that' }
  },
  'im.unavailable': {
    http: 503,
    flask: 3116,
    transient: true,
    title: { 'zh-CN': '服务繁忙，请稍后重试', en: 'The chat is busy; try again later' }
  }
})
