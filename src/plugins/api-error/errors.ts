import { defineErrors } from './api-error.ts'

/** The failures that every gateway knows. Codes 999–10032 are those that front ends of the `flask` dialect ship with. */
export const Errors = defineErrors({
  internal: { http: 500, flask: 999, title: { 'zh-CN': '服务器出错', en: 'Internal server error' } },
  'param.invalid': { http: 400, flask: 1001, title: { 'zh-CN': '请求出错', en: 'Invalid request' } },
  'resource.not_found': { http: 404, flask: 1002, title: { 'zh-CN': '内容不存在', en: 'Not found' } },
  'route.not_found': { http: 404, flask: 1002, title: { 'zh-CN': '内容不存在', en: 'No such path' } },
  'resource.deleted': {
    http: 410,
    flask: 10_021,
    ws3: 404,
    title: { 'zh-CN': '内容不存在', en: 'No longer here' }
  },
  'auth.failed': { http: 401, flask: 1003, title: { 'zh-CN': '登录失败', en: 'Login failed' } },
  'auth.required': {
    http: 401,
    flask: 1003,
    openim: 1001,
    title: { 'zh-CN': '需要登录', en: 'Login required' }
  },
  'auth.token_invalid': {
    http: 401,
    flask: 10_031,
    title: { 'zh-CN': '登录失败或已过期', en: 'Login invalid or expired' }
  },
  'auth.token_expired': {
    http: 401,
    flask: 10_032,
    openim: 1501,
    title: { 'zh-CN': '登录失败或已过期', en: 'Login invalid or expired' }
  },
  'auth.forbidden': { http: 403, flask: 1004, title: { 'zh-CN': '权限不允许', en: 'Not permitted' } },
  'route.method': {
    http: 405,
    flask: 1007,
    title: { 'zh-CN': '调用方式不正确', en: 'Method not allowed' }
  },
  'route.timeout': {
    http: 503,
    flask: 3008,
    transient: true,
    title: { 'zh-CN': '请求处理超时', en: 'The request took too long' }
  },
  'upstream.timeout': {
    http: 504,
    flask: 3001,
    ws3: 408,
    transient: true,
    title: { 'zh-CN': '与上游服务通信超时', en: 'The upstream service did not answer in time' }
  },
  'upstream.unavailable': {
    http: 503,
    flask: 3002,
    transient: true,
    title: { 'zh-CN': '上游服务出现故障', en: 'The upstream service is unavailable' }
  },
  'upstream.unauthorized': {
    http: 401,
    flask: 3003,
    title: { 'zh-CN': '登录失败或已过期', en: 'The upstream service refused the login' }
  },
  'upstream.forbidden': {
    http: 403,
    flask: 3004,
    title: { 'zh-CN': '权限不允许', en: 'The upstream service refused access' }
  },
  'circuit.open': {
    http: 503,
    flask: 3005,
    transient: true,
    title: { 'zh-CN': '上游服务出现故障', en: 'The upstream service is unavailable' }
  },
  'rate.limited': {
    http: 429,
    flask: 3006,
    transient: true,
    title: { 'zh-CN': '请求过于频繁', en: 'Too many requests' }
  },
  maintenance: {
    http: 502,
    flask: 3007,
    transient: true,
    title: { 'zh-CN': '服务器维护', en: 'Under maintenance' }
  }
})
