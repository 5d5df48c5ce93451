import { defineErrors } from '../api-error/service.ts'

/** Why an upgrade or a request for another route does not get through. What sockets are told stands in `codes.ts`. */
export const Errors = defineErrors({
  'im.upgrade_required': {
    http: 426,
    flask: 3090,
    title: { 'zh-CN': '该地址只接受 WebSocket 连接', en: 'Only WebSockets are opened here' }
  },
  'im.bad_query': {
    http: 400,
    flask: 3091,
    title: {
      'zh-CN': '连接参数 sendID、token 或 platformID 缺失或不正确',
      en: 'sendID, token or platformID is missing from the address, or wrong'
    }
  },
  'im.busy': {
    http: 503,
    flask: 3092,
    transient: true,
    title: { 'zh-CN': '连接数已达上限，请稍后再试', en: 'Too many connections are open' }
  },
  'im.too_many': {
    http: 429,
    flask: 3093,
    transient: true,
    title: { 'zh-CN': '您的连接数过多', en: 'You have too many connections open' }
  }
})
