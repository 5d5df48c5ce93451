// GET /banner : what this user is shown. PUT /banner { id } : where it leads, and the click is counted.
export const meta = { get: '横幅', put: '{ id } 点击横幅' }

export async function get() {
  const { items } = await this.clicks.list('banner')
  return items
}

export function put({ id }) {
  return this.clicks.click('banner', id)
}
