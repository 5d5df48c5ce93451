// GET /term : there may be no current term, in holidays.
export const meta = { get: '学期' }

export function get() {
  const { current, next } = this.term
  return current ? { term: current.name, week: current.week } : { next: next?.name ?? null }
}
