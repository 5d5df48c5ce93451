// GET / : what there is, in `related` of the answer.
export const meta = { get: '门户首页' }
export const related = 'children'

export function get() {
  return '牌坊'
}
