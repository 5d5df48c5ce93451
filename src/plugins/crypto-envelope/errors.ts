import { defineErrors } from '../api-error/service.ts'

/** What callers learn. `envelope.invalid` is one text for every cause: the cause would help whoever guesses. */
export const Errors = defineErrors({
  'envelope.invalid': {
    http: 400,
    flask: 3020,
    title: { 'zh-CN': '请求内容无法解密', en: 'The request could not be opened' }
  },
  'envelope.replayed': {
    http: 409,
    flask: 3021,
    title: { 'zh-CN': '请求重复', en: 'This request was received before' }
  },
  'envelope.unsealed': {
    http: 500,
    flask: 3022,
    title: { 'zh-CN': '响应加密失败', en: 'The answer could not be sealed' }
  },
  'envelope.unavailable': {
    http: 503,
    flask: 3023,
    transient: true,
    title: { 'zh-CN': '暂时无法确认请求是否重复', en: 'Replays cannot be told from new requests right now' }
  }
})
