import { defineErrors } from '../api-error/service.ts'

/** What can go wrong with a login by scan. */
export const Errors = defineErrors({
  'scan.busy': {
    http: 503,
    flask: 3080,
    transient: true,
    title: { 'zh-CN': '服务繁忙，请稍后重试', en: 'No QR code can be made at present; try again later' }
  },
  'scan.too_many': {
    http: 429,
    flask: 3081,
    transient: true,
    title: { 'zh-CN': '请求过于频繁，请稍后重试', en: 'Too many requests; try again later' }
  },
  'scan.bad_code': {
    http: 400,
    flask: 3082,
    title: { 'zh-CN': '登录码无效或已过期', en: 'The login code is unknown, used or over' }
  },
  'scan.no_login': {
    http: 401,
    flask: 3083,
    title: { 'zh-CN': '该浏览器没有进行中的扫码登录', en: 'No login by scan is under way in this browser' }
  },
  'scan.origin_refused': {
    http: 403,
    flask: 3084,
    title: { 'zh-CN': '不允许该网站发起登录', en: 'Pages of this origin may not start logins here' }
  },
  'scan.client_refused': {
    http: 401,
    flask: 3085,
    title: { 'zh-CN': '客户端密钥错误', en: 'The client secret is not the one in the settings' }
  },
  'scan.unknown_account': {
    http: 404,
    flask: 3086,
    title: { 'zh-CN': '没有该公众号', en: 'There is no account of this name' }
  },
  'scan.no_code': {
    http: 404,
    flask: 3087,
    title: { 'zh-CN': '没有可显示的二维码', en: 'There is no QR code to show' }
  }
})
