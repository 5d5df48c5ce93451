// GET /bus?line=1 : the same for everybody. `+` alone is `5s+`.
export const meta = { get: '{ line: integer = 1 } 校车位置' }

export function get({ line }) {
  return this.publicCache('+', async () => {
    const { data } = await this.get(`${this.campus}/bus`, { query: { line } })
    return { line, stops: Number(/<b>(\d+)<\/b>/.exec(data)[1]) }
  })
}
