import { defineErrors } from '../api-error/service.ts'

/** What can go wrong with a session, besides what every login knows. */
export const Errors = defineErrors({
  'session.busy': {
    http: 503,
    flask: 3120,
    transient: true,
    title: { 'zh-CN': '登录人数过多，请稍后重试', en: 'Too many people are logging in; try again later' }
  },
  'session.weak_password': {
    http: 403,
    flask: 3121,
    title: {
      'zh-CN': '该密码被过多用户使用，请修改密码后再登录',
      en: 'Too many people use this password; change it and log in again'
    }
  },
  'session.data_lost': {
    http: 410,
    flask: 3122,
    ws3: 404,
    title: {
      'zh-CN': '密码修改后，此前加密保存的内容已无法读取',
      en: 'What was encrypted before the password changed cannot be read any more'
    }
  },
  'session.unavailable': {
    http: 503,
    flask: 3123,
    transient: true,
    title: { 'zh-CN': '暂时无法确认登录状态，请稍后重试', en: 'Logins cannot be looked up at present' }
  }
})
