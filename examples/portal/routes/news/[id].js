// GET /news/0 : what is in brackets in the name of a file is in `this.path`, and part of the key of a cache.
export const meta = { get: '一条通知' }

export function get() {
  const { id } = this.path
  return this.publicCache('1h', async () => {
    const { status, data } = await this.get(`${this.campus}/news/${encodeURIComponent(id)}`, {
      accept: answered => answered < 400 || answered === 404
    })
    if (status === 404) throw 404
    const [, title, day] = /<h1>(.*?)<\/h1><p>(.*?)<\/p>/s.exec(data)
    return { title, day }
  })
}
