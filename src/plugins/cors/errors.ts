import { defineErrors } from '../api-error/service.ts'

export const Errors = defineErrors({
  'cors.origin_refused': {
    http: 403,
    flask: 3010,
    title: { 'zh-CN': '不允许来自该网站的连接', en: 'Connections from this origin are not allowed' }
  }
})
