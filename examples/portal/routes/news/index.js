// GET /news : each answer names its articles, with titles that nobody knows beforehand.
export const meta = { get: '通知列表' }

export async function get() {
  const news = await this.publicCache('10m+', async () => {
    const { data } = await this.get(`${this.campus}/news`)
    const found = data.matchAll(/<a href=\/news\/(\d+)>(.*?)<\/a> ([\d-]+)/g)
    return [...found].map(([, id, title, day]) => ({ id, title, day }))
  })
  for (const { id, title } of news) this.related(id, title)
  return news
}
