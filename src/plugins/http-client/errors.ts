import { defineErrors } from '../api-error/service.ts'

export const Errors = defineErrors({
  'upstream.blocked': {
    http: 502,
    flask: 3140,
    title: {
      'zh-CN': '不允许访问该上游地址',
      en: 'The gateway may not send requests to this upstream'
    }
  }
})
