import { defineErrors } from '../api-error/service.ts'

/** What can go wrong with targets of clicks. */
export const Errors = defineErrors({
  'click.unknown': {
    http: 404,
    flask: 3168,
    title: { 'zh-CN': '内容不存在', en: 'There is nothing to click here' }
  },
  'click.over': {
    http: 410,
    flask: 3169,
    ws3: 404,
    title: { 'zh-CN': '该内容已经结束', en: 'This is over' }
  },
  'click.bad_target': {
    http: 400,
    flask: 3170,
    title: { 'zh-CN': '点击目标不符合要求', en: 'This cannot be a target of clicks' }
  }
})
