import { rowsOf } from './_rows.js'

// GET /library : kept nowhere, so it fails as the campus fails, each failure with a code of its own.
export const meta = { get: '借阅的图书' }

export async function get() {
  await this.useAuthCookie()
  const { data } = await this.get(`${this.campus}/portal/library`)
  return rowsOf(data).map(([title, due]) => ({ title, due }))
}
