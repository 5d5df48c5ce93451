import { defineErrors } from '../api-error/service.ts'

/** What can go wrong with tokens, besides what every login knows. */
export const Errors = defineErrors({
  'token.busy': {
    http: 503,
    flask: 3130,
    transient: true,
    title: { 'zh-CN': '登录人数过多，请稍后重试', en: 'Too many people are logging in; try again later' }
  },
  'token.unavailable': {
    http: 503,
    flask: 3131,
    transient: true,
    title: { 'zh-CN': '暂时无法验证令牌，请稍后重试', en: 'Tokens cannot be checked at present' }
  }
})
