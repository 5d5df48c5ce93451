import { defineErrors } from '../api-error/service.ts'

export const Errors = defineErrors({
  'worker.upgrade_required': {
    http: 426,
    flask: 3150,
    title: {
      'zh-CN': '该地址只接受抓取节点的 WebSocket 连接',
      en: 'Only fetch workers connect here, by WebSocket'
    }
  },
  'worker.bad_protocol': {
    http: 400,
    flask: 3151,
    title: {
      'zh-CN': '不支持的抓取节点协议版本',
      en: 'This version of the worker protocol is not spoken here'
    }
  },
  'worker.browser_refused': {
    http: 403,
    flask: 3152,
    title: { 'zh-CN': '网页不能作为抓取节点连接', en: 'Pages of browsers are no fetch workers' }
  },
  'worker.busy': {
    http: 503,
    flask: 3153,
    transient: true,
    title: { 'zh-CN': '抓取节点连接过多，请稍后再试', en: 'Too many fetch workers are connecting' }
  },
  'worker.failed': {
    http: 503,
    flask: 3154,
    transient: true,
    title: { 'zh-CN': '没有抓取节点能完成该请求', en: 'No fetch worker could make the request' }
  }
})
