import { defineErrors } from '../api-error/service.ts'

/** What can go wrong with an upload of Customs 179 beyond its fields (`param.invalid`) and its signature (`sign.…`). */
export const Errors = defineErrors({
  'customs179.expired': {
    http: 400,
    flask: 3190,
    title: {
      'zh-CN': 'serviceTime 已过两分钟时限，未提交签名',
      en: 'serviceTime is too old for the two minutes that customs waits; nothing was signed'
    }
  },
  'customs179.not_yet': {
    http: 400,
    flask: 3191,
    title: {
      'zh-CN': 'serviceTime 晚于当前时间，未提交签名',
      en: 'serviceTime is in the future; nothing was signed'
    }
  },
  'customs179.late': {
    http: 504,
    flask: 3192,
    title: {
      'zh-CN': '未能在两分钟时限内完成签名',
      en: 'There was no signature within the two minutes that customs waits'
    }
  },
  'customs179.busy': {
    http: 503,
    flask: 3193,
    transient: true,
    title: { 'zh-CN': '验签请求过多，请稍后再试', en: 'Too many signatures are being verified' }
  }
})
