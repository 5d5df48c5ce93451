import { defineErrors } from '../api-error/service.ts'

/** Why somebody gets no stream. Clients that accept event streams are told to come back instead of `transient` ones. */
export const Errors = defineErrors({
  'sse.forbidden': {
    http: 403,
    flask: 3070,
    title: { 'zh-CN': '无权订阅该主题', en: 'This topic may not be read' }
  },
  'sse.bad_topic': {
    http: 400,
    flask: 3071,
    title: { 'zh-CN': '主题不正确', en: 'There can be no such topic' }
  },
  'sse.busy': {
    http: 503,
    flask: 3072,
    transient: true,
    title: { 'zh-CN': '订阅人数过多，请稍后再试', en: 'Too many event streams are open' }
  },
  'sse.too_many': {
    http: 429,
    flask: 3073,
    transient: true,
    title: { 'zh-CN': '您打开的订阅过多', en: 'You have too many event streams open' }
  }
})
